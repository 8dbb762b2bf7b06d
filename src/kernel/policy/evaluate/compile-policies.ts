import type { Obligation } from '../../obligations/obligation.ts'
import type {
  CheckedAudit,
  CheckedPolicy,
  CheckedRequirement,
  CheckedRule,
  CheckedSet,
  CheckedTargetRule,
  Head,
} from '../check/checked.ts'
import type { Orders } from '../check/orders.ts'
import type { Conjunct } from '../check/vocabulary.ts'
import type { RuleRef } from '../decision.ts'
import type { Source, Span } from '../language/source.ts'
import { positionOf } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import { compileCondition } from './compile-expression.ts'
import type {
  Clause,
  CompiledAudit,
  CompiledRequirement,
  CompiledRule,
  CompiledRules,
  CompiledSet,
} from './compiled.ts'

/** Turns every condition of a checked set into a closure, once. */
export function compilePolicies({ orders, policies }: CheckedSet): CompiledSet {
  const enforced = noRules()
  const observed = noRules()
  const interned = new Map<string, Obligation>()
  for (const policy of policies)
    compilePolicy({ policy, orders, interned }, policy.observed ? observed : enforced)
  const ruleCount = policies.reduce((count, policy) => count + policy.rules.length, 0)
  return { ruleCount, enforced, observed }
}

type Writable = { [K in keyof CompiledRules]: CompiledRules[K][number][] }

function noRules(): Writable {
  return { rules: [], requirements: [], audits: [] }
}

interface Context {
  readonly policy: CheckedPolicy
  readonly orders: Orders
  /** One object for equal obligations, so that deciding can tell them by identity. */
  readonly interned: Map<string, Obligation>
}

function compilePolicy(context: Context, into: Writable): void {
  const { rules } = context.policy
  const bare = rules.filter((rule) => rule.kind === 'require' && rule.heads === undefined)
  const binding = bare.flatMap((rule) =>
    rule.kind === 'require' ? compileRequirement(rule, context) : [],
  )
  for (const rule of rules)
    switch (rule.kind) {
      case 'require':
        if (rule.heads !== undefined) into.requirements.push(...compileRequirement(rule, context))
        break
      case 'audit':
        into.audits.push(...compileAudit(rule, context))
        break
      default:
        into.rules.push(...compileRule(rule, binding, context))
    }
}

function compileRule(
  rule: CheckedTargetRule,
  binding: readonly CompiledRequirement[],
  context: Context,
): readonly CompiledRule[] {
  const { kind } = rule
  const requirements = kind === 'allow' ? binding : []
  const ref = refOf(rule, rule, context.policy)
  return parts(rule.heads, { rule, ref }, context).map((part) => ({ kind, ...part, requirements }))
}

function compileRequirement(
  rule: CheckedRequirement,
  context: Context,
): readonly CompiledRequirement[] {
  const at = (span: Span) => refOf(rule, span, context.policy)
  const { source } = context.policy
  const ref = at(rule)
  const content = {
    kind: 'require',
    predicates: rule.predicates.map((node) => clauseOf({ node, source }, at(node), context)),
    demands: rule.obligations.map(({ obligation, at: span, strictness }) => ({
      demanded: { obligation: intern(obligation, context), source: at(span) },
      strictness,
    })),
    approvals: rule.approvals.map(({ approval, at: span }) => ({ approval, source: at(span) })),
  } as const
  if (rule.heads !== undefined)
    return parts(rule.heads, { rule, ref }, context).map((part) => ({ ...part, ...content }))
  return [{ ref, source, heads: [], guards: guardsOf([], { rule, ref }, context), ...content }]
}

function compileAudit(rule: CheckedAudit, context: Context): readonly CompiledAudit[] {
  const ref = refOf(rule, rule, context.policy)
  const audits = rule.notes.map(({ at, name, value }) => ({
    ...{ name, value, source: refOf(rule, at, context.policy) },
  }))
  return parts(rule.heads, { rule, ref }, context).map((part) => ({
    kind: 'audit',
    ...part,
    audits,
  }))
}

interface Referred {
  readonly rule: CheckedRule
  readonly ref: RuleRef
}

/** A rule in as many parts as its heads have different conditions; mostly that is one. */
function parts(heads: readonly Head[], referred: Referred, context: Context) {
  const { source } = context.policy
  const groups: { readonly conditions: readonly Conjunct[]; readonly heads: Head[] }[] = []
  for (const head of heads) {
    const group = groups.find(({ conditions }) => sameItems(conditions, head.conditions))
    if (group === undefined) groups.push({ conditions: head.conditions, heads: [head] })
    else group.heads.push(head)
  }
  return groups.map((group) => ({
    ...{ ref: referred.ref, source, heads: group.heads },
    guards: guardsOf(group.conditions, referred, context),
  }))
}

function sameItems(a: readonly Conjunct[], b: readonly Conjunct[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function guardsOf(
  conditions: readonly Conjunct[],
  { rule: { guard }, ref }: Referred,
  context: Context,
): readonly Clause[] {
  const { source } = context.policy
  const all = guard === undefined ? conditions : [...conditions, { node: guard, source }]
  return all.map((condition) => clauseOf(condition, ref, context))
}

interface Located {
  readonly node: Expression
  readonly source: Source
  readonly from?: string
}

function clauseOf({ node, source, from }: Located, ref: RuleRef, { orders }: Context): Clause {
  const condition = compileCondition(node, orders)
  const clause = { ref, source, node, condition, orders }
  return from === undefined ? clause : { ...clause, from }
}

function intern(obligation: Obligation, { interned }: Context): Obligation {
  const content = JSON.stringify(obligation)
  const present = interned.get(content) ?? obligation
  interned.set(content, present)
  return present
}

function refOf({ kind, says }: CheckedRule, span: Span, policy: CheckedPolicy): RuleRef {
  const { source, name } = policy
  const { line, column, text } = positionOf(source, span.start)
  const ref = { policy: name, rule: kind, file: source.file, line, column, text }
  return says === undefined ? ref : { ...ref, says }
}
