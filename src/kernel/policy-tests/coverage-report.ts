import type { RuleRef } from '../policy/decision.ts'

/** How often a condition came out in each way. */
export interface Outcomes {
  readonly true: number
  readonly false: number
  readonly error: number
}

export const NOTHING_SEEN = { true: 0, false: 0, error: 0 }

/** One conjunct of a guard, or one predicate of a requirement. */
export interface BranchCoverage {
  readonly text: string
  readonly line: number
  readonly seen: Outcomes
}

export interface RuleCoverage
  extends Pick<RuleRef, 'policy' | 'rule' | 'file' | 'line' | 'column'> {
  /** The rule as written, on one line. */
  readonly text: string
  /** Cells whose request its head matches. */
  readonly reached: number
  /** Absent for a rule without a guard. */
  readonly guard?: Outcomes
  readonly branches: readonly BranchCoverage[]
}

export interface Coverage {
  readonly rules: readonly RuleCoverage[]
  /** What there is to see, and how much of it was: each rule reached, each condition both ways. */
  readonly goals: number
  readonly met: number
  /** Rounded down, so that 100 means all. */
  readonly percent: number
}

export function reportOf(rules: readonly RuleCoverage[]): Coverage {
  const all = rules.flatMap(goalsOf)
  const goals = all.length
  const met = all.filter(({ isMet }) => isMet).length
  return { rules, goals, met, percent: goals === 0 ? 100 : Math.floor((100 * met) / goals) }
}

interface Goal {
  readonly isMet: boolean
  /** What was never seen, for people. */
  readonly what: string
}

/** The goals of a rule: that it is reached, and that each of its conditions comes out both ways. */
function goalsOf({ reached, guard, branches }: RuleCoverage): readonly Goal[] {
  return [
    { isMet: reached > 0, what: 'no test is about it' },
    ...(guard === undefined ? [] : waysOf('its guard', guard)),
    ...branches.flatMap(({ text, seen }) => waysOf(`\`${text}\``, seen)),
  ]
}

function waysOf(what: string, seen: Outcomes): readonly Goal[] {
  return [
    { isMet: seen.true > 0, what: `${what} is never true` },
    { isMet: seen.false > 0, what: `${what} is never false` },
  ]
}

/** What no test shows of a rule. Of a rule that is not reached that says it all. */
export function gapsOf(rule: RuleCoverage): readonly string[] {
  const gaps = goalsOf(rule).filter(({ isMet }) => !isMet)
  return (rule.reached === 0 ? gaps.slice(0, 1) : gaps).map(({ what }) => what)
}
