import { checkPolicies } from '../policy/check/check-policies.ts'
import type { CheckedPolicy, CheckedRule, Head } from '../policy/check/checked.ts'
import type { Orders } from '../policy/check/orders.ts'
import { compileCondition } from '../policy/evaluate/compile-expression.ts'
import type { Condition } from '../policy/evaluate/scope.ts'
import { scopeOf } from '../policy/evaluate/scope.ts'
import { FALSE, TRUE } from '../policy/evaluate/truth.ts'
import { parsePolicyFile } from '../policy/language/parser.ts'
import { matches } from '../policy/language/pattern.ts'
import { positionOf, textOf } from '../policy/language/source.ts'
import type { Expression } from '../policy/language/syntax.ts'
import type { ObligationRegistry } from '../policy/obligation-registry.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import type { PolicyText } from '../policy/policy-text.ts'
import type { BranchCoverage, Coverage, Outcomes, RuleCoverage } from './coverage-report.ts'
import { NOTHING_SEEN, reportOf } from './coverage-report.ts'

/** What has to hold, or one part of it. */
interface Watched {
  readonly text: string
  readonly line: number
  readonly condition: Condition
}

interface WatchedRule {
  readonly policy: CheckedPolicy
  readonly rule: CheckedRule
  readonly heads: readonly Head[]
  /** The guard and, of a requirement, its predicates: absent where nothing can come out. */
  readonly guard: Watched | undefined
  readonly branches: readonly Watched[]
}

/**
 * Which rules tests reach, and which ways their conditions come out. A bare requirement is reached
 * with any allow of its policy. The policies have to load.
 */
export function coverageOf(
  files: readonly PolicyText[],
  registry: ObligationRegistry,
  requests: readonly PolicyRequest[],
): Coverage {
  const parsed = files.map(({ file, text }) => parsePolicyFile(file, text))
  const { set } = checkPolicies(parsed, registry)
  const watched = set.policies.flatMap((policy) =>
    policy.rules.map((rule) => watch(policy, rule, set.orders)),
  )
  return reportOf(watched.map((rule) => ruleCoverage(rule, requests)))
}

function watch(policy: CheckedPolicy, rule: CheckedRule, orders: Orders): WatchedRule {
  const { source } = policy
  const part = (node: Expression): Watched => ({
    text: textOf(source, node).replaceAll(/\s+/gu, ' '),
    line: positionOf(source, node.start).line,
    condition: compileCondition(node, orders),
  })
  const heads = rule.heads ?? headsOfAllows(policy)
  const { line } = positionOf(source, rule.start)
  const conditions = new Set(rule.heads?.flatMap((head) => head.conditions))
  const further = [...conditions].map(({ node, from }) => ({ ...part(node), text: from, line }))
  const conjuncts = rule.guard?.kind === 'and' ? rule.guard.operands : []
  const predicates = rule.kind === 'require' ? rule.predicates : []
  return {
    ...{ policy, rule, heads },
    guard: rule.guard && part(rule.guard),
    branches: [...further, ...[...conjuncts, ...predicates].map(part)],
  }
}

function headsOfAllows({ rules }: CheckedPolicy): readonly Head[] {
  return rules.flatMap((rule) => (rule.kind === 'allow' ? rule.heads : []))
}

function ruleCoverage(watched: WatchedRule, requests: readonly PolicyRequest[]): RuleCoverage {
  const { policy, rule, heads, guard, branches } = watched
  const about = requests.filter(({ operation, resource }) =>
    heads.some((head) => matches(head.operation, operation) && matches(head.resource, resource.id)),
  )
  const { line, column } = positionOf(policy.source, rule.start)
  const covered = (part: Watched): BranchCoverage => ({
    ...{ text: part.text, line: part.line },
    seen: outcomesOf(part, about),
  })
  return {
    ...{ policy: policy.name, rule: rule.kind, file: policy.source.file, line, column },
    text: textOf(policy.source, rule).replaceAll(/\s+/gu, ' '),
    reached: about.length,
    ...(guard === undefined ? {} : { guard: outcomesOf(guard, about) }),
    branches: branches.map(covered),
  }
}

function outcomesOf({ condition }: Watched, requests: readonly PolicyRequest[]): Outcomes {
  const seen = { ...NOTHING_SEEN }
  for (const { attributes } of requests) {
    const truth = condition(scopeOf(attributes))
    if (truth === TRUE) seen.true++
    else if (truth === FALSE) seen.false++
    else seen.error++
  }
  return seen
}
