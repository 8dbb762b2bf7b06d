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
  /** Where it stands among the rules of its head. */
  readonly place: number
}

/** How rules are laid out: which of their tests are run, and where they stand in their head. */
export interface Layout {
  readonly codes: Codes
  readonly choose: (tests: GuardTests) => readonly number[]
  readonly placeOf: (rule: Guarded) => number
}

/** The numbers of many rows in one piece of memory: what is tried together lies together. */
export class Codes {
  private gathered: number[] = []
  private packed: Int32Array | undefined

  /** Nothing can be added once they have been read. */
  get numbers(): Int32Array {
    return this.packed ?? this.seal()
  }

  /** Where the numbers begin that are added next. */
  get next(): number {
    return this.gathered.length
  }

  add(header: number, place: number, tests: readonly number[]): void {
    this.gathered.push(header, place, ...tests)
  }

  seal(): Int32Array {
    this.packed = Int32Array.from(this.gathered)
    this.gathered = []
    return this.packed
  }
}

/**
 * Rules of one kind that are looked at together, and the simple tests of their guards one after
 * another: a rule that they rule out is never touched.
 */
export class Rows<T extends Guarded> {
  private readonly rules: readonly T[]
  /**
   * From `begin` on, for each rule: twice the number of its tests, plus one if there is more to it;
   * its place; and the tests.
   */
  private readonly codes: Codes
  private readonly begin: number

  /** Without a layout the closures decide alone, and rules stand in the order given. */
  constructor(rules: readonly T[], layout?: Layout) {
    this.rules = rules
    this.codes = layout?.codes ?? new Codes()
    this.begin = this.codes.next
    for (const [index, rule] of rules.entries()) {
      const { tests } = rule
      const own = tests === undefined ? [] : (layout?.choose(tests) ?? [])
      const whole = layout !== undefined && tests?.whole === true
      const header = (2 * own.length) / TEST_LENGTH + (whole ? 0 : 1)
      this.codes.add(header, layout?.placeOf(rule) ?? index, own)
    }
  }

  /** Adds the rules whose guards are not false. */
  applying(trial: Trial, found: Applying<T>[]): void {
    const { rules } = this
    const codes = this.codes.numbers
    let at = this.begin
    for (let index = 0; index < rules.length; index++) {
      const header = codes[at] ?? 1
      const place = codes[at + 1] ?? 0
      const end = at + 2 + TEST_LENGTH * (header >> 1)
      let truth: Truth = (header & 1) === 0 ? TRUE : ERROR
      for (at += 2; at < end; at += TEST_LENGTH) {
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
      if (truth !== FALSE) found.push({ rule, truth, place })
    }
  }
}
