import { type Static, Type } from 'typebox'
import type { Receipt, RecordedObservation } from '../kernel/receipt/receipt.ts'
import { isUnmet } from '../kernel/receipt/receipt-filter.ts'

const Settled = {
  code: Type.Optional(Type.String({ description: 'Why it was refused or failed.' })),
  policy: Type.Optional(Type.String({ description: 'The policy that settled it.' })),
  file: Type.Optional(Type.String({ description: 'The file of the rule that settled it.' })),
  line: Type.Optional(Type.Integer({ description: 'Line of that rule, from 1.' })),
  column: Type.Optional(Type.Integer({ description: 'Column of that rule, from 1.' })),
  text: Type.Optional(Type.String({ description: 'That line, as written.' })),
}

/** What operators watch: the part of a receipt that says who did what, and what came of it. */
export const WatchEvent = Type.Object(
  {
    time: Type.String({ description: 'When, in ISO 8601.' }),
    agent: Type.String({ description: 'The agent; empty when nobody was proved.' }),
    operation: Type.String({ description: '`slack.post_message`; empty where nothing was asked.' }),
    resource: Type.String({ description: '`CRM.customers`; empty where nothing was asked.' }),
    decision: Type.Optional(
      Type.Enum(['allow', 'allow_with_conditions', 'require_approval', 'deny', 'refused'], {
        description: 'Absent in the outcome of an action, whose decision came before.',
      }),
    ),
    state: Type.Optional(
      Type.Enum(['held', 'dispatched', 'confirmed', 'failed', 'unknown'], {
        description: 'What became of an allowed action.',
      }),
    ),
    ...Settled,
    observed: Type.Optional(
      Type.Object(
        {
          decision: Type.Enum(['allow', 'allow_with_conditions', 'require_approval', 'deny']),
          file: Settled.file,
          line: Settled.line,
          column: Settled.column,
        },
        {
          description: 'What it would have been with the policies in observe mode, where another.',
          additionalProperties: false,
        },
      ),
    ),
    approval: Type.Optional(Type.String({ description: 'Id of the request for approval.' })),
    event: Type.Optional(
      Type.String({ description: 'What happened, where it is no action: `refusals.repeated`.' }),
    ),
    detail: Type.Optional(Type.String({ description: 'What there is to say of the event.' })),
    ms: Type.Optional(Type.Number({ description: 'Milliseconds since the request came.' })),
    receipt: Type.String({ description: 'Id of the receipt.' }),
    seq: Type.Integer({ description: 'Its place in the ledger, from 0.' }),
  },
  { additionalProperties: false },
)
export type WatchEvent = Static<typeof WatchEvent>

/** What a receipt shows to those who watch: actions and alerts, and nothing else. */
export function decisionEvent(receipt: Receipt): WatchEvent | undefined {
  const { kind, decision, effect, code, cost, approval, event: happened } = receipt
  const event = {
    time: new Date(receipt.ts).toISOString(),
    agent: receipt.actor.findLast((link) => link.kind === 'agent')?.id ?? '',
    operation: receipt.action?.operation ?? '',
    resource: receipt.action?.resource.id ?? '',
    ...(code && { code }),
    ...(cost && { ms: cost.ms }),
    ...(approval && { approval: approval.request }),
    ...(happened && { event: happened.name, detail: happened.detail }),
    receipt: receipt.id,
    seq: receipt.seq,
  }
  switch (kind) {
    case 'decision':
      // The rules speak of the permission; what was not met, the code says.
      if (isUnmet(receipt)) return { ...event, decision: 'refused' }
      return {
        ...event,
        ...(decision && { decision: decision.effect, ...ruleOf(decision.rules) }),
        ...(decision?.observed && { observed: observedOf(decision.observed) }),
        ...(effect && { state: effect.state }),
      }
    case 'effect':
      return { ...event, state: effect?.state ?? 'unknown' }
    case 'refusal':
      return { ...event, decision: 'refused' }
    case 'alert':
      return event
    default:
      return undefined
  }
}

/** The first of the rules that settled it; a default deny has none. */
function ruleOf(
  rules: NonNullable<Receipt['decision']>['rules'],
): Pick<WatchEvent, 'policy' | 'file' | 'line' | 'column' | 'text'> {
  const [rule] = rules
  if (rule === undefined) return {}
  const { policy, file, line, column, text } = rule
  return { policy, file, line, column, text }
}

function observedOf({
  effect,
  rules: [rule],
}: RecordedObservation): NonNullable<WatchEvent['observed']> {
  if (rule === undefined) return { decision: effect }
  const { file, line, column } = rule
  return { decision: effect, file, line, column }
}
