import type { Obligation } from '../../obligations/obligation.ts'
import type {
  CheckedPolicy,
  CheckedRequirement,
  CheckedSet,
  CheckedTargetRule,
} from '../check/checked.ts'
import type { Orders } from '../check/orders.ts'
import type { RuleRef } from '../decision.ts'
import type { Span } from '../language/source.ts'
import { positionOf } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import { compileCondition } from './compile-expression.ts'
import type { Clause, CompiledRequirement, CompiledRule, CompiledSet } from './compiled.ts'

/** Turns every condition of a checked set into a closure, once. */
export function compilePolicies({ orders, policies }: CheckedSet): CompiledSet {
  const rules: CompiledRule[] = []
  const requirements: CompiledRequirement[] = []
  const interned = new Map<string, Obligation>()
  for (const policy of policies) {
    const context = { policy, orders, interned }
    const demands = policy.rules.filter((rule) => rule.kind === 'require')
    const binding = demands
      .filter(({ heads }) => heads === undefined)
      .map((rule) => compileRequirement(rule, context))
    for (const rule of policy.rules)
      if (rule.kind !== 'require') rules.push(compileRule(rule, binding, context))
      else if (rule.heads !== undefined) requirements.push(compileRequirement(rule, context))
  }
  const ruleCount = policies.reduce((count, policy) => count + policy.rules.length, 0)
  return { ruleCount, rules, requirements }
}

interface Context {
  readonly policy: CheckedPolicy
  readonly orders: Orders
  /** One object for equal obligations, so that deciding can tell them by identity. */
  readonly interned: Map<string, Obligation>
}

function compileRule(
  rule: CheckedTargetRule,
  binding: readonly CompiledRequirement[],
  context: Context,
): CompiledRule {
  const { kind, heads } = rule
  const { source } = context.policy
  const ref = refOf(context.policy, kind, rule)
  const guard = guardOf(rule.guard, ref, context)
  return { kind, ref, source, heads, guard, requirements: kind === 'allow' ? binding : [] }
}

function compileRequirement(rule: CheckedRequirement, context: Context): CompiledRequirement {
  const at = (span: Span) => refOf(context.policy, 'require', span)
  const ref = at(rule)
  return {
    kind: 'require',
    ref,
    source: context.policy.source,
    heads: rule.heads ?? [],
    guard: guardOf(rule.guard, ref, context),
    predicates: rule.predicates.map((node) => clauseOf(node, at(node), context)),
    obligations: rule.obligations.map(({ obligation, at: span }) => ({
      obligation: intern(obligation, context),
      source: at(span),
    })),
  }
}

function guardOf(node: Expression | undefined, ref: RuleRef, context: Context) {
  return node === undefined ? undefined : clauseOf(node, ref, context)
}

function clauseOf(node: Expression, ref: RuleRef, { policy, orders }: Context): Clause {
  const condition = compileCondition(node, orders)
  return { ref, source: policy.source, node, condition, orders }
}

function intern(obligation: Obligation, { interned }: Context): Obligation {
  const content = JSON.stringify(obligation)
  const present = interned.get(content) ?? obligation
  interned.set(content, present)
  return present
}

function refOf(policy: CheckedPolicy, rule: RuleRef['rule'], span: Span): RuleRef {
  const { source, name } = policy
  const { line, column, text } = positionOf(source, span.start)
  return { policy: name, rule, file: source.file, line, column, text }
}
