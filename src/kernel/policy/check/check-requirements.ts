import type { Label, Obligation } from '../../obligations/obligation.ts'
import { nearest } from '../../text/nearest.ts'
import type { Expression, Requirement, RequirementRule } from '../language/syntax.ts'
import type {
  ObligationArgument,
  ObligationProblem,
  ObligationRegistry,
} from '../obligation-registry.ts'
import { argumentTypes } from './argument-types.ts'
import { checkConstant } from './check-constant.ts'
import { checkCondition } from './check-expression.ts'
import { checkHas } from './check-has.ts'
import type { TargetContext } from './check-target.ts'
import type { CheckedApproval, CheckedNote, CheckedObligation, Head } from './checked.ts'
import { strictnessOf } from './strictness.ts'

export interface RequirementContext extends TargetContext {
  readonly registry: ObligationRegistry
  /** The policy has an allow for a bare `require` to bind. */
  readonly binds: boolean
}

interface Required {
  readonly predicates: readonly Expression[]
  readonly obligations: readonly CheckedObligation[]
  readonly approvals: readonly CheckedApproval[]
}

type Demand = Exclude<Requirement, { kind: 'predicate' }>

/** What a `require` demands, sorted by what it takes to meet it. */
export function checkRequirements(
  rule: RequirementRule,
  heads: readonly Head[] | undefined,
  context: RequirementContext,
): Required {
  if (heads === undefined && !context.binds) {
    const message = 'this policy has no `allow` that this could bind'
    const hint = 'to bind the allows of every policy, say for what: `require: … for *`'
    context.diagnostics.error({ at: rule, message, hint })
  }
  const predicates: Expression[] = []
  const obligations: CheckedObligation[] = []
  const approvals: CheckedApproval[] = []
  for (const requirement of rule.requirements) {
    if (requirement.kind === 'predicate') {
      checkPredicate(requirement.condition, heads, context)
      predicates.push(requirement.condition)
      continue
    }
    const approval = context.vocabulary.approvals.get(requirement.name.text)
    if (approval === undefined) obligations.push(...checkObligation(requirement, context))
    else if (isFlag(requirement)) approvals.push({ at: requirement, approval })
    else {
      const message = 'an approval takes no arguments'
      const hint = 'what it takes stands where it is declared'
      context.diagnostics.error({ at: requirement, message, hint })
    }
  }
  return { predicates, obligations, approvals }
}

function checkPredicate(
  condition: Expression,
  heads: readonly Head[] | undefined,
  { diagnostics, vocabulary }: RequirementContext,
): void {
  const missing = { severity: 'error', outcome: 'this denies' } as const
  const { orders } = vocabulary
  for (const types of argumentTypes(heads, vocabulary))
    checkCondition(condition, { diagnostics, orders, types, missing })
  checkHas(condition, diagnostics)
  checkConstant(condition, { orders, diagnostics })
}

/** `name` alone, or `name: true` in a record. */
function isFlag(demand: Demand): boolean {
  if (demand.kind === 'named') return demand.args.length === 0
  return demand.value.kind === 'literal' && demand.value.value === true
}

function checkObligation(
  demand: Demand,
  context: RequirementContext,
): readonly CheckedObligation[] {
  const built = build(demand, context)
  if (built === undefined) return []
  if (built.kind === 'problem') {
    const { argument, message, hint } = built
    const args = demand.kind === 'named' ? demand.args : [demand.value]
    const at = argument === undefined ? demand : (args[argument] ?? demand)
    const { usage = 'say it as it is declared' } = context.registry.get(demand.name.text) ?? {}
    context.diagnostics.error({ at, message, hint: hint ?? usage })
    return []
  }
  if (built.kind === 'label') checkLabels(built, demand, context)
  const strictness = strictnessOf(built, context.vocabulary.obligations)
  return [{ at: demand, obligation: built, ...(strictness === undefined ? {} : { strictness }) }]
}

/** Where a set declares which labels there are, no other is given. */
function checkLabels(
  { labels }: Label,
  at: Demand,
  { vocabulary, diagnostics }: RequirementContext,
) {
  const type = vocabulary.types.get('run')?.fields.get('labels')?.type
  if (type?.kind !== 'list' || type.element.kind !== 'label') return
  const { order } = type.element
  const known = vocabulary.orders.labelsOf(order) ?? []
  for (const label of labels) {
    if (known.includes(label)) continue
    const message = `the order \`${order}\` has no label \`${label}\``
    diagnostics.error({ at, message, hint: `its labels are ${known.join(', ')}` })
  }
}

type Built = Obligation | ObligationProblem | undefined

function build(demand: Demand, context: RequirementContext): Built {
  const name = demand.name.text
  const values = literals(demand.kind === 'named' ? demand.args : [demand.value], context)
  if (values === undefined) return undefined
  const form = context.registry.get(name)
  if (form === undefined) return declared(demand, values, context)
  if (isFlag(demand) && form.call !== undefined) return form.call([])
  if (demand.kind === 'named' && form.call !== undefined) return form.call(values)
  if (demand.kind === 'setting' && form.setting !== undefined) return form.setting(values[0] ?? '')
  return { kind: 'problem', message: `\`${name}\` is not said like this`, hint: form.usage }
}

/** One of the obligations that the vocabulary declares. */
function declared(
  demand: Demand,
  values: readonly ObligationArgument[],
  context: RequirementContext,
): Built {
  const { name } = demand
  const spec = context.vocabulary.obligations.get(name.text)
  if (spec === undefined) {
    unknown(demand, context)
    return undefined
  }
  const obligation = { kind: 'declared', name: name.text } as const
  if (isFlag(demand) && spec.values === undefined) return obligation
  const [value] = values
  if (demand.kind === 'named' || value === undefined || value === false) {
    const hint =
      spec.values === undefined ? `write \`${name.text}\`` : usage(name.text, spec.values)
    return { kind: 'problem', message: `\`${name.text}\` is not said like this`, hint }
  }
  if (spec.values !== undefined && !spec.values.includes(value))
    return {
      ...{ kind: 'problem', argument: 0, message: `\`${name.text}\` has no value \`${value}\`` },
      hint: usage(name.text, spec.values),
    }
  return { ...obligation, value: String(value) }
}

function usage(name: string, values: readonly ObligationArgument[]): string {
  return `write \`${name} = …\` with ${values.map((value) => JSON.stringify(value)).join(', ')}`
}

function unknown(
  { name }: Demand,
  { diagnostics, registry, vocabulary }: RequirementContext,
): void {
  const { obligations, approvals } = vocabulary
  const near = nearest(name.text, [...registry.keys(), ...obligations.keys(), ...approvals.keys()])
  const declare = `\`obligation ${name.text}\` or \`approval ${name.text} { … }\` declares it`
  const hint = near === undefined ? declare : `did you mean \`${near}\`?`
  diagnostics.error({ at: name, message: `unknown obligation \`${name.text}\``, hint })
}

/** What an `audit` wants noted: `full`, `log_level = "info"`. */
export function auditNotes(
  rule: RequirementRule,
  context: RequirementContext,
): readonly CheckedNote[] {
  return rule.requirements.flatMap((requirement) => {
    const at = { start: requirement.start, end: requirement.end }
    if (requirement.kind === 'predicate') {
      const message = 'an audit notes names and settings, and demands nothing'
      context.diagnostics.error({ at, message, hint: 'write `audit: { log_level: "info" }`' })
      return []
    }
    const name = requirement.name.text
    if (requirement.kind === 'named') {
      if (requirement.args.length > 0)
        context.diagnostics.error({
          ...{ at, message: 'what an audit notes takes no arguments' },
          hint: `write \`${name} = …\``,
        })
      return [{ at, name, value: true }]
    }
    const values = literals([requirement.value], context) ?? []
    return values.map((value) => ({ at, name, value }))
  })
}

function literals(
  nodes: readonly Expression[],
  { diagnostics }: RequirementContext,
): readonly ObligationArgument[] | undefined {
  const values = nodes.flatMap((node) => {
    if (node.kind === 'literal') return [node.value]
    diagnostics.error({
      ...{ at: node, message: 'expected a text in quotes, a number or a truth' },
      hint: 'what is demanded is known before any request: attributes stand in conditions',
    })
    return []
  })
  return values.length === nodes.length ? values : undefined
}
