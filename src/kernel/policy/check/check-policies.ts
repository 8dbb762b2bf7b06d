import { unreachable } from '../../errors.ts'
import { nearest } from '../../text/nearest.ts'
import type { Diagnostic } from '../language/diagnostics.ts'
import { Diagnostics } from '../language/diagnostics.ts'
import type { ParsedFile } from '../language/parser.ts'
import type { Source } from '../language/source.ts'
import { positionOf } from '../language/source.ts'
import type {
  Annotation,
  Expression,
  Name,
  OrderNode,
  PolicyNode,
  Requirement,
  RequirementRule,
  Rule,
  TargetRule,
} from '../language/syntax.ts'
import type { ObligationRegistry } from '../obligation-registry.ts'
import type { ExpressionContext } from './check-expression.ts'
import { checkCondition } from './check-expression.ts'
import { checkHas } from './check-has.ts'
import { checkTarget } from './check-target.ts'
import type { CheckedObligation, CheckedPolicy, CheckedRule, CheckedSet } from './checked.ts'
import { Orders } from './orders.ts'

interface Checked {
  /** Sound only when no diagnostic is an error. */
  readonly set: CheckedSet
  readonly diagnostics: readonly Diagnostic[]
}

interface Context extends ExpressionContext {
  readonly registry: ObligationRegistry
}

/** Checks the files of one set together: orders and policy names are common to all of them. */
export function checkPolicies(files: readonly ParsedFile[], registry: ObligationRegistry): Checked {
  const orders = new Orders(files.flatMap(({ tree }) => tree.orders))
  const orderNames = new Names('order')
  const policyNames = new Names('policy')
  const policies: CheckedPolicy[] = []
  const diagnostics: Diagnostic[] = []
  for (const { source, tree } of files) {
    const found = new Diagnostics(source)
    for (const order of tree.orders) {
      orderNames.declare(order.name, found)
      checkLabels(order, found)
    }
    for (const policy of tree.policies) {
      policyNames.declare(policy.name, found)
      policies.push(checkPolicy(policy, source, { diagnostics: found, orders, registry }))
    }
    diagnostics.push(...found.list())
  }
  return { set: { orders, policies }, diagnostics }
}

/** The names of one kind of declaration, each of which may be declared once in a set. */
class Names {
  private readonly what: string
  private readonly first = new Map<string, string>()

  constructor(what: string) {
    this.what = what
  }

  declare(name: Name, diagnostics: Diagnostics): void {
    const { source } = diagnostics
    const first = this.first.get(name.text)
    if (first === undefined) {
      this.first.set(name.text, `${source.file}:${positionOf(source, name.start).line}`)
      return
    }
    const message = `a second ${this.what} \`${name.text}\``
    diagnostics.error({ at: name, message, hint: `the first one is in ${first}` })
  }
}

function checkLabels({ labels }: OrderNode, diagnostics: Diagnostics): void {
  const seen = new Set<string>()
  for (const label of labels) {
    if (seen.has(label.text))
      diagnostics.error({ at: label, message: `label \`${label.text}\` stands here twice` })
    seen.add(label.text)
  }
}

function checkPolicy(policy: PolicyNode, source: Source, context: Context): CheckedPolicy {
  refuseAnnotations(policy.annotations, context)
  const binds = policy.rules.some(({ kind }) => kind === 'allow')
  const rules = policy.rules.flatMap((rule) => checkRule(rule, binds, context))
  return { source, name: policy.name.text, rules }
}

/** `binds`: the policy has an allow for a bare `require` to bind. */
function checkRule(rule: Rule, binds: boolean, context: Context): readonly CheckedRule[] {
  refuseAnnotations(rule.annotations, context)
  if (rule.guard !== undefined) checkCondition(rule.guard, context)
  switch (rule.kind) {
    case 'allow':
    case 'deny':
      return [checkTargetRule(rule, context)]
    case 'require':
      return [checkRequirements(rule, binds, context)]
    case 'audit':
      context.diagnostics.error({ at: rule, message: '`audit` is not supported yet' })
      return []
    default:
      return unreachable(rule)
  }
}

function checkTargetRule(rule: TargetRule, { diagnostics }: Context): CheckedRule {
  const { kind, guard, target, start, end } = rule
  if (kind === 'allow' && guard !== undefined) checkHas(guard, diagnostics)
  const heads = checkTarget(target, diagnostics)
  for (const head of heads)
    if (kind === 'allow' && head.operation.kind === 'every' && head.resource.kind === 'every')
      diagnostics.warning({ at: head, message: 'this allows every operation there will ever be' })
  return { kind, heads, guard, start, end }
}

function checkRequirements(rule: RequirementRule, binds: boolean, context: Context): CheckedRule {
  const { guard, requirements, target, start, end } = rule
  if (target === undefined && !binds) {
    const message = 'this policy has no `allow` that this could bind'
    const hint = 'to bind the allows of every policy, say for what: `require: … for *`'
    context.diagnostics.error({ at: rule, message, hint })
  }
  const heads = target === undefined ? undefined : checkTarget(target, context.diagnostics)
  const predicates: Expression[] = []
  const obligations: CheckedObligation[] = []
  for (const requirement of requirements)
    if (requirement.kind === 'predicate') predicates.push(checkPredicate(requirement, context))
    else obligations.push(...checkObligation(requirement, context))
  return { kind: 'require', heads, guard, predicates, obligations, start, end }
}

function checkPredicate(
  { condition }: Extract<Requirement, { kind: 'predicate' }>,
  context: Context,
): Expression {
  checkCondition(condition, context)
  checkHas(condition, context.diagnostics)
  return condition
}

function checkObligation(
  requirement: Exclude<Requirement, { kind: 'predicate' }>,
  { registry, diagnostics }: Context,
): readonly CheckedObligation[] {
  const { kind, name } = requirement
  const build = registry.get(name.text)
  if (kind === 'setting' || build === undefined) {
    const near = nearest(name.text, registry.keys())
    const known = `this version knows ${[...registry.keys()].join(', ')}`
    const hint = near === undefined ? known : `did you mean \`${near}(…)\`?`
    diagnostics.error({ at: name, message: `unknown obligation \`${name.text}\``, hint })
    return []
  }
  const args = requirement.args.flatMap((arg) => textArgument(arg, diagnostics))
  if (args.length < requirement.args.length) return []
  const built = build(args)
  if (built.kind !== 'problem') return [{ at: requirement, obligation: built }]
  const { argument, message, hint } = built
  const at = argument === undefined ? requirement : (requirement.args[argument] ?? requirement)
  diagnostics.error({ at, message, hint })
  return []
}

function textArgument(arg: Expression, diagnostics: Diagnostics): readonly string[] {
  if (arg.kind === 'literal' && typeof arg.value === 'string') return [arg.value]
  diagnostics.error({ at: arg, message: 'expected a text in quotes' })
  return []
}

function refuseAnnotations(annotations: readonly Annotation[], { diagnostics }: Context): void {
  for (const annotation of annotations)
    diagnostics.error({ at: annotation, message: 'annotations are not supported yet' })
}
