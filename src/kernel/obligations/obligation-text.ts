import { unreachable } from '../errors.ts'
import type { Obligation } from './obligation.ts'

/** An obligation in one line, for people and receipts: `redact email, args.customer.ssn`. */
export function obligationText(obligation: Obligation): string {
  switch (obligation.kind) {
    case 'redact':
      return `redact ${[...obligation.patterns, ...obligation.fields].join(', ')}`
    case 'mask':
      return `mask ${obligation.fields.join(', ')}, keeping ${obligation.keep}`
    case 'max_rows':
      return `max_rows ${obligation.rows}`
    case 'max_bytes':
      return `max_bytes ${obligation.bytes}`
    case 'rate_limit':
      return `rate_limit ${obligation.calls} in ${obligation.perMs} ms`
    case 'spend':
      return `spend ${obligation.amount} of ${obligation.budget}`
    case 'audit_trail':
      return `audit_trail ${obligation.detail}`
    case 'label':
      return `${obligation.marked ? 'label_marked' : 'label'} ${obligation.labels.join(', ')}`
    case 'sandbox_tier':
      return `sandbox_tier ${obligation.tier}`
    case 'finality':
      return `finality ${obligation.finality}`
    case 'step_up':
      return `step_up ${obligation.method} within ${obligation.withinMs} ms`
    case 'declared':
      return obligation.value === undefined
        ? obligation.name
        : `${obligation.name} ${obligation.value}`
    default:
      return unreachable(obligation)
  }
}
