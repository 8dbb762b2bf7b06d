import type { RuleRef } from '../decision.ts'
import { type AnyRule, allOf, type Candidates } from './candidates.ts'
import type { Clause, CompiledAudit, CompiledRequirement, CompiledRule } from './compiled.ts'
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
  /** That of the rule: to read it there would be to look at the rule, far away in memory. */
  readonly ref: RuleRef
  readonly truth: Truth
  /** Do requirements of its own policy bind it? */
  readonly bound: boolean
  /** Where it stands among the rules of its kind and head. */
  readonly place: number
}

/** Rules that do the same. In the numbers of a group they stand one kind after the other. */
export interface Kind<T> {
  readonly index: number
  readonly among: (rules: Candidates) => readonly T[]
}

export const DENIES: Kind<CompiledRule> = { index: 0, among: ({ denies }) => denies }
export const REQUIREMENTS: Kind<CompiledRequirement> = {
  index: 1,
  among: ({ requirements }) => requirements,
}
export const ALLOWS: Kind<CompiledRule> = { index: 2, among: ({ allows }) => allows }
export const AUDITS: Kind<CompiledAudit> = { index: 3, among: ({ audits }) => audits }

const KINDS = [DENIES, REQUIREMENTS, ALLOWS, AUDITS]

/** Which of the tests of a rule are run. Without any of this the closures decide alone. */
export type Choose = (tests: GuardTests) => readonly number[]

/** In the place of a first test: there is none. */
const UNTESTED = -1

/** Flags of a rule, and the number of its other tests from `COUNTED` on. */
const MORE = 1
const REPEATS = 2
const BOUND = 4
const COUNTED = 3

/** The first test of a rule, and where the rest of its numbers begins. */
const FRONT_LENGTH = TEST_LENGTH + 1

/**
 * The rules of one head as numbers in one piece of memory, group by group: what is tried together
 * lies together, and a rule that its simple tests rule out is never touched.
 *
 * A group begins with where the fronts of each kind end. The fronts follow: most rules are ruled
 * out by their first test, and of the rest of their numbers nothing is read. The rest of a rule is
 * a header: is there more to it than tests, what else has to be known of it, and how many other
 * tests it has; its place; and these tests.
 */
export class Rows {
  readonly rules: Candidates
  private readonly refs: readonly (readonly RuleRef[])[]
  private readonly places = new Map<Guarded, number>()
  private gathered: number[] = []
  private codes = new Int32Array()

  constructor(rules: Candidates) {
    this.rules = rules
    this.refs = KINDS.map(({ among }) => among(rules).map(({ ref }) => ref))
    for (const { among } of KINDS)
      for (const [place, rule] of among(rules).entries()) this.places.set(rule, place)
  }

  /** Where the numbers of a group begin, from then on. */
  add(group: Candidates, choose?: Choose): number {
    const { gathered } = this
    const begin = gathered.length
    let front = begin + KINDS.length
    const rests = front + FRONT_LENGTH * allOf(group).length
    while (gathered.length < rests) gathered.push(0)
    for (const { index, among } of KINDS) {
      for (const rule of among(group)) {
        this.addRule(rule, front, choose)
        front += FRONT_LENGTH
      }
      gathered[begin + index] = front
    }
    return begin
  }

  private addRule(rule: AnyRule, front: number, choose: Choose | undefined): void {
    const { gathered } = this
    const codes = (rule.tests && choose?.(rule.tests)) ?? []
    gathered[front] = codes[0] ?? UNTESTED
    gathered[front + 1] = codes[1] ?? 0
    gathered[front + 2] = codes[2] ?? 0
    gathered[front + TEST_LENGTH] = gathered.length
    const others = Math.max(0, codes.length / TEST_LENGTH - 1)
    const whole = choose !== undefined && rule.tests?.whole === true
    gathered.push((others << COUNTED) | flagsOf(rule, whole), this.places.get(rule) ?? 0)
    for (let at = TEST_LENGTH; at < codes.length; at++) gathered.push(codes[at] ?? 0)
  }

  /** Nothing is added any more. */
  seal(): this {
    this.codes = Int32Array.from(this.gathered)
    this.gathered = []
    this.places.clear()
    return this
  }

  /** Does the group that begins there hold any of a kind? */
  has({ index }: Kind<unknown>, begin: number): boolean {
    return this.codes[begin + index] !== this.frontsOf(index, begin)
  }

  /** The fronts of a kind begin where those of the one before end. */
  private frontsOf(index: number, begin: number): number {
    return index === 0 ? begin + KINDS.length : (this.codes[begin + index - 1] ?? 0)
  }

  /** Adds the rules of a group whose guards are not false. */
  applying<T extends Guarded>(
    { index, among }: Kind<T>,
    { begin, trial }: { readonly begin: number; readonly trial: Trial },
    found: Applying<T>[],
  ): void {
    const { codes } = this
    const end = codes[begin + index] ?? 0
    let front = this.frontsOf(index, begin)
    for (; front < end; front += FRONT_LENGTH) {
      let truth: Truth = codes[front] === UNTESTED ? TRUE : runTest(codes, front, trial)
      if (truth === FALSE) continue
      let at = codes[front + TEST_LENGTH] ?? 0
      const header = codes[at] ?? 1
      const place = codes[at + 1] ?? 0
      const last = at + 2 + TEST_LENGTH * (header >> COUNTED)
      if ((header & MORE) !== 0) truth = ERROR
      for (at += 2; at < last; at += TEST_LENGTH) {
        const outcome = runTest(codes, at, trial)
        if (outcome === FALSE) {
          truth = FALSE
          break
        }
        if (outcome === ERROR) truth = ERROR
      }
      if (truth === FALSE) continue
      const rule = among(this.rules)[place]
      const ref = this.refs[index]?.[place]
      if (rule === undefined || ref === undefined) continue
      if ((header & REPEATS) !== 0 && found.some((it) => it.rule === rule)) continue
      // What the tests could not settle, the closures of the guards do.
      if (truth !== TRUE) truth = evaluateAll(rule.guards, trial, trial.errors)
      const bound = (header & BOUND) !== 0
      if (truth !== FALSE) found.push({ rule, ref, truth, bound, place })
    }
  }
}

function flagsOf(rule: AnyRule, whole: boolean): number {
  const bound = rule.kind === 'allow' && rule.requirements.length > 0
  return (whole ? 0 : MORE) | (rule.repeats === true ? REPEATS : 0) | (bound ? BOUND : 0)
}
