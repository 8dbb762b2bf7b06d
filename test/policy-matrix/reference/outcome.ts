/** What a condition comes out as. */
export type Outcome = boolean | 'unknown'

/** An expression has no value. */
export class Unknown extends Error {
  override readonly name = 'Unknown'
}

export function unknown(): never {
  throw new Unknown()
}

/** False where one of them is, however many are unknown. */
export function all(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(false)) return false
  return outcomes.includes('unknown') ? 'unknown' : true
}

/** True where one of them is, however many are unknown. */
export function any(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(true)) return true
  return outcomes.includes('unknown') ? 'unknown' : false
}

export function negate(outcome: Outcome): Outcome {
  return outcome === 'unknown' ? 'unknown' : !outcome
}

export function sure(outcome: Outcome): boolean {
  return outcome === 'unknown' ? unknown() : outcome
}
