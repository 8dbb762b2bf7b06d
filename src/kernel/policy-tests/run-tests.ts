import { obligationText } from '../obligations/obligation-text.ts'
import type { Decision, RuleRef } from '../policy/decision.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import type { Expected, PolicyTest, TestCell, TestSuite } from './suite.ts'

/** What is tested: a set of policies. */
export interface Decider {
  decide(request: PolicyRequest): Decision
}

/** One thing that came out otherwise. */
export interface Difference {
  readonly what: 'effect' | 'reason' | 'obligations' | 'approvals' | 'rule' | 'error'
  readonly expected: string
  readonly actual: string
}

export interface CellResult {
  readonly suite: TestSuite
  readonly test: PolicyTest
  readonly cell: TestCell
  /** None: it holds. */
  readonly differences: readonly Difference[]
}

export function runTests(suites: readonly TestSuite[], decider: Decider): readonly CellResult[] {
  return suites.flatMap((suite) =>
    suite.tests.flatMap((test) =>
      test.cells.map((cell) => {
        const differences = differencesOf(cell.expected, decider.decide(cell.request))
        return { suite, test, cell, differences }
      }),
    ),
  )
}

/** The first cell that no longer holds; for mutants, where one is enough. */
export function firstFailure(cells: readonly TestCell[], decider: Decider): TestCell | undefined {
  return cells.find(
    ({ expected, request }) => differencesOf(expected, decider.decide(request)).length > 0,
  )
}

export function differencesOf(expected: Expected, decision: Decision): readonly Difference[] {
  const { effects, reason, obligations, approvals, rules, error } = expected
  const found: Difference[] = []
  const compare = (
    what: Difference['what'],
    wanted: readonly string[],
    actual: readonly string[],
  ) => {
    const [a, b] = [wanted, actual].map((list) => [...list].sort().join('; ') || 'none')
    if (a !== b) found.push({ what, expected: a ?? '', actual: b ?? '' })
  }
  if (!effects.includes(decision.effect))
    found.push({ what: 'effect', expected: effects.join(' or '), actual: decision.effect })
  if (reason !== undefined) compare('reason', [reason], [decision.reason])
  if (obligations !== undefined)
    compare('obligations', obligations, decision.obligations.map(demanded))
  if (approvals !== undefined)
    compare(
      'approvals',
      approvals,
      decision.approvals.map(({ approval }) => approval.name),
    )
  for (const rule of rules ?? [])
    if (!decision.determining.some((ref) => isNamed(ref, rule)))
      found.push({ what: 'rule', expected: rule, actual: rulesText(decision.determining) })
  if (error !== undefined) found.push(...errorDifference(error, decision))
  return found
}

function demanded({ obligation }: Decision['obligations'][number]): string {
  return obligationText(obligation)
}

/** `p.policy:4`, `policies/p.policy:4:3`, or the policy's name. */
function isNamed({ policy, file, line, column }: RuleRef, rule: string): boolean {
  if (rule === policy) return true
  const places = [`${file}:${line}`, `${file}:${line}:${column}`]
  return places.some((place) => place === rule || place.endsWith(`/${rule}`))
}

function rulesText(refs: readonly RuleRef[]): string {
  return refs.map(({ policy, file, line }) => `${file}:${line} (${policy})`).join('; ') || 'none'
}

function errorDifference(error: string | boolean, { errors }: Decision): readonly Difference[] {
  const actual = errors.map(({ message }) => message).join('; ') || 'none'
  const holds =
    typeof error === 'boolean'
      ? error === errors.length > 0
      : errors.some(({ message }) => message.includes(error))
  if (holds) return []
  const expected = typeof error === 'string' ? error : error ? 'some error' : 'none'
  return [{ what: 'error', expected, actual }]
}
