import { obligationText } from '../../obligations/obligation-text.ts'
import type { Decision, Effect } from '../decision.ts'

/**
 * How another version decides the same request: as before, more openly, more strictly, or neither
 * (one condition for another).
 */
export type Change = 'same' | 'permissive' | 'restrictive' | 'different'

/** What of a decision a change is about. Which rule settled it is not. */
export interface Outcome {
  readonly effect: Effect
  /** Obligations and approvals, each in words, sorted. */
  readonly conditions: readonly string[]
}

const RANKS: Readonly<Record<Effect, number>> = {
  deny: 0,
  require_approval: 1,
  allow_with_conditions: 2,
  allow: 3,
}

export function outcomeOf({ effect, obligations, approvals }: Decision): Outcome {
  const conditions = [
    ...obligations.map(({ obligation }) => obligationText(obligation)),
    ...approvals.map(({ approval }) => `approval ${approval.name}`),
  ]
  return { effect, conditions: conditions.sort() }
}

/** A condition that fell away makes a decision more permissive, whatever else was added. */
export function changeBetween(before: Outcome, after: Outcome): Change {
  const rise = RANKS[after.effect] - RANKS[before.effect]
  if (rise !== 0) return rise > 0 ? 'permissive' : 'restrictive'
  const lost = before.conditions.some((condition) => !after.conditions.includes(condition))
  const added = after.conditions.some((condition) => !before.conditions.includes(condition))
  if (lost && added) return 'different'
  if (lost) return 'permissive'
  return added ? 'restrictive' : 'same'
}

/** `deny`, `allow, redact email` */
export function outcomeText({ effect, conditions }: Outcome): string {
  return [effect === 'allow_with_conditions' ? 'allow' : effect.replaceAll('_', ' ')]
    .concat(conditions)
    .join(', ')
}
