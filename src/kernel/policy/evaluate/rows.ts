import type { Clause } from './compiled.ts'
import { evaluateAll } from './evaluate.ts'
import { runTest } from './run-tests.ts'
import { type GuardTests, TEST_LENGTH } from './simple-tests.ts'
import type { Trial } from './trial.ts'
import type { Truth } from './truth.ts'
import { ERROR, FALSE, TRUE } from './truth.ts'

/** Whatever applies only where its guards hold. */
export interface Guarded {
  readonly guards: readonly Clause[]
  readonly tests?: GuardTests
  /** May it stand in several groups that one request leads to? */
  readonly repeats?: boolean
}

/** A rule that a request does not leave out, and what its guards came to. */
export interface Applying<T> {
  readonly rule: T
  readonly truth: Truth
}

/**
 * Rules of one kind that are looked at together, and the simple tests of their guards one after
 * another: a rule that they rule out is never touched.
 */
export class Rows<T extends Guarded> {
  private readonly rules: readonly T[]
  /** For each rule twice the number of its tests, plus one if there is more to it; then these. */
  private readonly codes: readonly number[]

  /** With the tests that `choose` makes of a rule's own; without it the closures decide alone. */
  constructor(rules: readonly T[], choose?: (tests: GuardTests) => readonly number[]) {
    this.rules = rules
    const codes: number[] = []
    for (const { guards, tests } of rules) {
      const own = tests === undefined ? [] : (choose?.(tests) ?? [])
      const whole = guards.length === 0 || (choose !== undefined && tests?.whole === true)
      codes.push((2 * own.length) / TEST_LENGTH + (whole ? 0 : 1), ...own)
    }
    this.codes = codes
  }

  /** Adds the rules whose guards are not false. */
  applying(trial: Trial, found: Applying<T>[]): void {
    const { rules, codes } = this
    let at = 0
    for (let index = 0; index < rules.length; index++) {
      const header = codes[at] ?? 1
      const end = at + 1 + TEST_LENGTH * (header >> 1)
      let truth: Truth = (header & 1) === 0 ? TRUE : ERROR
      for (at++; at < end; at += TEST_LENGTH) {
        const outcome = runTest(codes, at, trial)
        if (outcome === FALSE) {
          truth = FALSE
          break
        }
        if (outcome === ERROR) truth = ERROR
      }
      at = end
      const rule = rules[index]
      if (truth === FALSE || rule === undefined) continue
      if (rule.repeats === true && found.some((it) => it.rule === rule)) continue
      // What the tests could not settle, the closures of the guards do.
      if (truth !== TRUE) truth = evaluateAll(rule.guards, trial, trial.errors)
      if (truth !== FALSE) found.push({ rule, truth })
    }
  }
}
