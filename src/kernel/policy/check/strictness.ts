import { unreachable } from '../../errors.ts'
import type { Obligation } from '../../obligations/obligation.ts'
import { AUDIT_TRAILS, FINALITIES, SANDBOX_TIERS } from '../../obligations/obligation.ts'
import type { Strictness } from './checked.ts'
import type { ObligationSpec } from './vocabulary.ts'

/** How demands for obligations of this kind combine; nothing where they hold side by side. */
export function strictnessOf(
  obligation: Obligation,
  declared: ReadonlyMap<string, ObligationSpec>,
): Strictness | undefined {
  switch (obligation.kind) {
    case 'redact':
    case 'mask':
    case 'rate_limit':
    case 'spend':
    case 'label':
      return undefined
    case 'step_up':
      return { group: `step_up ${obligation.method}`, rank: -obligation.withinMs }
    case 'max_rows':
      return { group: 'max_rows', rank: -obligation.rows }
    case 'max_bytes':
      return { group: 'max_bytes', rank: -obligation.bytes }
    case 'audit_trail':
      return { group: 'audit_trail', rank: AUDIT_TRAILS.indexOf(obligation.detail) }
    case 'sandbox_tier':
      return { group: 'sandbox_tier', rank: SANDBOX_TIERS.indexOf(obligation.tier) }
    case 'finality':
      return { group: 'finality', rank: FINALITIES.indexOf(obligation.finality) }
    case 'declared': {
      const { name, value } = obligation
      const group = `declared ${name}`
      const values = declared.get(name)?.values
      if (values === undefined || value === undefined) return { group }
      return { group, rank: values.findIndex((it) => String(it) === value) }
    }
    default:
      return unreachable(obligation)
  }
}
