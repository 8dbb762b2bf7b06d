/** Parts of a schema that are looked at for one value; a schema bomb asks for any number. */
export const MAX_STEPS = 500_000
/** Characters that a pattern is held against for the price of one step. */
const CHARACTERS_PER_STEP = 4

/** Checking the value takes more steps than there may be. */
export class OutOfSteps extends Error {
  override readonly name = 'OutOfSteps'
}

/** Counts the steps of one check after another: a check is never interrupted by another. */
export class StepBudget {
  #left = 0

  begin(): void {
    this.#left = MAX_STEPS
  }

  step(steps = 1): true {
    this.#left -= steps
    if (this.#left < 0) throw new OutOfSteps(`more than ${MAX_STEPS} steps`)
    return true
  }

  characters(count: number): void {
    this.step(Math.ceil(count / CHARACTERS_PER_STEP))
  }
}
