import type { Obligation } from '../../obligations/obligation.ts'
import type {
  CheckedAudit,
  CheckedPolicy,
  CheckedRequirement,
  CheckedRule,
  CheckedTargetRule,
  Head,
} from '../check/checked.ts'
import type { Orders } from '../check/orders.ts'
import type { Conjunct } from '../check/vocabulary.ts'
import type { RuleRef } from '../decision.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Source, Span } from '../language/source.ts'
import { positionOf } from '../language/source.ts'
import type { Expression } from '../language/syntax.ts'
import { trimmed } from '../language/trimmed.ts'
import { AttributeTable } from './attribute-table.ts'
import { compileCondition } from './compile-expression.ts'
import type {
  Clause,
  CompiledAudit,
  CompiledFile,
  CompiledRequirement,
  CompiledRule,
  CompiledRules,
  CompiledSet,
} from './compiled.ts'
import type { Condition } from './scope.ts'
import { looksForSeveral, simpleTests } from './simple-tests.ts'

/**
 * What the policies of one set are compiled with, and those that follow it. Every condition is
 * turned into a closure, once.
 */
export class Compiling {
  readonly orders: Orders
  readonly table = new AttributeTable()
  /** One object for equal obligations, so that deciding can tell them by identity. */
  readonly interned = new Map<string, Obligation>()

  constructor(orders: Orders) {
    this.orders = orders
  }

  policies(policies: readonly CheckedPolicy[]): CompiledFile {
    const enforced = this.rules(policies.filter(({ observed }) => !observed))
    const observed = this.rules(policies.filter((policy) => policy.observed))
    const ruleCount = policies.reduce((count, policy) => count + policy.rules.length, 0)
    return { ruleCount, enforced, observed }
  }

  private rules(policies: readonly CheckedPolicy[]): CompiledRules {
    if (policies.length === 0) return NO_RULES
    const into: Writable = { rules: [], requirements: [], audits: [] }
    for (const policy of policies) compilePolicy({ policy, compiling: this }, into)
    const { rules, requirements, audits } = into
    return {
      rules: trimmed(rules),
      requirements: trimmed(requirements),
      audits: trimmed(audits),
    }
  }
}

/** Files as one set. What only explaining looks at is gathered when it first does. */
export function joinCompiled(
  files: readonly { readonly compiled: CompiledFile }[],
  { table }: Pick<Compiling, 'table'>,
  ruleCount: number,
): CompiledSet {
  const gathered: { enforced?: CompiledRules; observed?: CompiledRules } = {}
  return {
    ruleCount,
    table,
    get enforced() {
      gathered.enforced ??= joined(files.map(({ compiled }) => compiled.enforced))
      return gathered.enforced
    },
    get observed() {
      gathered.observed ??= joined(files.map(({ compiled }) => compiled.observed))
      return gathered.observed
    },
  }
}

function joined(sets: readonly CompiledRules[]): CompiledRules {
  return {
    rules: sets.flatMap(({ rules }) => rules),
    requirements: sets.flatMap(({ requirements }) => requirements),
    audits: sets.flatMap(({ audits }) => audits),
  }
}

type Writable = { [K in keyof CompiledRules]: CompiledRules[K][number][] }

const NO_RULES: CompiledRules = Object.freeze({ rules: [], requirements: [], audits: [] })

interface Context {
  readonly policy: CheckedPolicy
  readonly compiling: Compiling
}

function compilePolicy(context: Context, into: Writable): void {
  const { rules } = context.policy
  const binding = rules.flatMap((rule) =>
    rule.kind === 'require' && rule.heads === undefined ? compileRequirement(rule, context) : [],
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
  return groups.map((group) => {
    const guards = guardsOf(group.conditions, referred, context)
    const tests = simpleTests(guards, context.compiling.orders, context.compiling.table)
    const repeats = group.heads.length > 1 || looksForSeveral(tests)
    return { ref: referred.ref, source, heads: group.heads, guards, tests, repeats }
  })
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

function clauseOf(
  { node, source, from }: Located,
  ref: RuleRef,
  { compiling: { orders, table } }: Context,
): Clause {
  const condition = onceAsked(() => compileCondition(node, orders, table))
  const clause = { ref, source, node, condition, orders }
  return from === undefined ? clause : { ...clause, from }
}

/**
 * Most guards are simple tests, which are run without their closures: those are made when a request
 * is met that the tests cannot judge.
 */
function onceAsked(make: () => Condition): Condition {
  let made: Condition | undefined
  return (scope) => {
    made ??= make()
    return made(scope)
  }
}

function intern(obligation: Obligation, { compiling: { interned } }: Context): Obligation {
  const content = JSON.stringify(obligation)
  const present = interned.get(content) ?? obligation
  interned.set(content, present)
  return present
}

function refOf(checked: CheckedRule, span: Span, policy: CheckedPolicy): RuleRef {
  const { kind, says } = checked
  const { source, name } = policy
  const { line, column, text } = positionOf(source, span.start)
  const ref = {
    ...{ policy: name, rule: kind, file: source.file, line, column, text },
    ...(readsRun(checked, policy) && { readsRun: true as const }),
  }
  return says === undefined ? ref : { ...ref, says }
}

/** Does a condition of the rule look at the run, or for an allow what its policy requires? */
function readsRun(rule: CheckedRule, { rules }: CheckedPolicy): boolean {
  const heads = rule.heads ?? []
  const binding = rule.kind === 'allow' ? rules.filter(isBare) : []
  return (
    (rule.guard !== undefined && reads('run', rule.guard)) ||
    heads.some(({ conditions }) => conditions.some(({ node }) => reads('run', node))) ||
    (rule.kind === 'require' && rule.predicates.some((node) => reads('run', node))) ||
    binding.some((bare) => bare.predicates.some((node) => reads('run', node)))
  )
}

function isBare(rule: CheckedRule): rule is CheckedRequirement {
  return rule.kind === 'require' && rule.heads === undefined
}

function reads(root: string, node: Expression): boolean {
  if (node.kind === 'path') return node.root.text === root
  return partsOf(node).some((part) => reads(root, part))
}
