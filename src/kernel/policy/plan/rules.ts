import { combine } from '../combine.ts'
import type { DemandedApproval, DemandedAudit, RuleRef } from '../decision.ts'
import type {
  CompiledAudit,
  CompiledRequirement,
  CompiledRule,
  CompiledRules,
  Demand,
} from '../evaluate/compiled.ts'
import type { Pattern } from '../language/pattern.ts'
import { isAbout, matches } from '../language/pattern.ts'
import type { PolicyRequest } from '../policy-request.ts'
import type { Clauses } from './clauses.ts'
import type { Known } from './known.ts'
import { isUnknown } from './known.ts'
import type { Residual } from './residual.ts'
import { FALSE, TRUE } from './residual.ts'
import { and, constant, isTrue, not, or } from './simplify.ts'

/** What one rule says to the things that are not known. */
export interface PlanClause {
  readonly source: RuleRef
  /**
   * Of the allows one has to be true; of the others each: no deny holds, requirements are met, no
   * approval is missing, and no two obligations contradict each other.
   */
  readonly kind: 'allow' | 'deny' | 'require' | 'approval' | 'obligation'
  readonly residual: Residual
}

/** The rules that are about a request, as conditions on what of it is not known. */
export interface RulePlan {
  readonly clauses: readonly PlanClause[]
  readonly demands: readonly Demand[]
  /** Demanded and not given. */
  readonly approvals: readonly DemandedApproval[]
  /** The requirements whose approval all that some policy allows would need. */
  readonly blocking: readonly RuleRef[]
  readonly audits: readonly DemandedAudit[]
}

export interface Planning {
  readonly request: PolicyRequest
  readonly known: Known
  readonly clauses: Clauses
}

export function planRules(
  { rules, requirements, audits }: CompiledRules,
  planning: Planning,
): RulePlan {
  const targeted = about(rules, planning)
  const groups = groupsOf(targeted, planning)
  const global = about(requirements, planning)
  const demanding = [
    ...global.map((it) => ({ ...it, inactive: not(it.applies) })),
    ...groups.flatMap(({ demanding: bare }) => bare),
  ].filter(({ inactive }) => inactive.op !== 'true')
  const missing = demanding.map((it) => ({ ...it, approvals: missingOf(it.rule, planning) }))
  return {
    clauses: [
      ...targeted
        .filter(({ rule }) => rule.kind === 'deny')
        .map(({ rule, applies }) => clause('deny', rule, not(applies))),
      ...global.map((it) => clause('require', it.rule, met(it, planning))),
      ...missing
        .filter(({ approvals }) => approvals.length > 0)
        .map(({ rule, inactive }) => clause('approval', rule, inactive)),
      ...withoutConflict(demanding),
      ...groups.flatMap(({ allows }) => allows),
    ],
    demands: demanding.flatMap(({ rule }) => rule.demands),
    approvals: missing.flatMap(({ approvals }) => approvals),
    blocking: groups.flatMap(({ blocking }) => blocking),
    audits: [...new Set(about(audits, planning).flatMap(({ rule }) => rule.audits))],
  }
}

/** A rule and when it applies; a rule that surely does not is left out. */
interface Applying<T> {
  readonly rule: T
  readonly applies: Residual
}

type Rule = CompiledRule | CompiledRequirement | CompiledAudit

function about<T extends Rule>(rules: readonly T[], planning: Planning): readonly Applying<T>[] {
  return rules.flatMap((rule) => {
    const head = headOf(rule, planning)
    const applies = head.op === 'false' ? head : and([head, guardOf(rule, planning)])
    return applies.op === 'false' ? [] : [{ rule, applies }]
  })
}

const RESOURCE_ID = ['resource', 'id']

/** Is the request about this operation and resource? A bare requirement has no head. */
function headOf({ heads }: Rule, { request, known }: Planning): Residual {
  const named = heads.filter(({ operation }) => isAbout(operation, request.operation))
  if (!isUnknown(RESOURCE_ID, known))
    return constant(named.some(({ resource }) => matches(resource, request.resource.id)))
  return or(named.map(({ resource }) => resourceTest(resource)))
}

function resourceTest(pattern: Pattern): Residual {
  if (pattern.kind === 'every') return TRUE
  const id = { op: 'attribute', path: RESOURCE_ID } as const
  const text = { op: 'value', value: pattern.text } as const
  if (pattern.kind === 'exact') return { op: 'eq', left: id, right: text }
  return { op: 'startsWith', text: id, part: text }
}

function guardOf({ guards }: Rule, { clauses }: Planning): Residual {
  return and(guards.map((guard) => clauses.residualOf(guard)))
}

/** A requirement is met where it does not apply, or all that it requires is true. */
function met({ rule, applies }: Applying<CompiledRequirement>, { clauses }: Planning): Residual {
  const predicates = rule.predicates.map((predicate) => clauses.residualOf(predicate))
  return or([not(applies), and(predicates)])
}

/** A requirement that demands something, and when it does not. */
interface Demanding extends Applying<CompiledRequirement> {
  readonly inactive: Residual
}

/** The allows of one policy, which its bare requirements bind. */
function groupsOf(targeted: readonly Applying<CompiledRule>[], planning: Planning) {
  const groups = new Map<readonly CompiledRequirement[], Applying<CompiledRule>[]>()
  for (const it of targeted)
    if (it.rule.kind === 'allow')
      groups.set(it.rule.requirements, [...(groups.get(it.rule.requirements) ?? []), it])
  return [...groups].map(([requirements, allows]) => {
    const bare = requirements.map((rule) => ({ rule, applies: guardOf(rule, planning) }))
    const bound = and(bare.map((it) => met(it, planning)))
    const satisfied = and([or(allows.map(({ applies }) => applies)), bound])
    const unsatisfied = not(isTrue(satisfied))
    const demanding: readonly Demanding[] = bare.map((it) => ({
      ...it,
      inactive: or([unsatisfied, not(it.applies)]),
    }))
    const blocking = bare.filter(
      ({ rule, applies }) => applies.op === 'true' && missingOf(rule, planning).length > 0,
    )
    const blocked = blocking.length > 0
    return {
      demanding,
      blocking: satisfied.op === 'false' ? [] : blocking.map(({ rule }) => rule.ref),
      allows: allows.map(({ rule, applies }) =>
        clause('allow', rule, blocked ? FALSE : and([applies, bound])),
      ),
    }
  })
}

function clause(kind: PlanClause['kind'], { ref }: Rule, residual: Residual): PlanClause {
  return { source: ref, kind, residual }
}

function missingOf({ approvals }: CompiledRequirement, { request: { approved = [] } }: Planning) {
  return approvals.filter(({ approval }) => !approved.includes(approval.name))
}

/** Of two demands that contradict each other one is not made. */
function withoutConflict(demanding: readonly Demanding[]): readonly PlanClause[] {
  const groups = new Map<string, Map<Demand['demanded']['obligation'], Inactive>>()
  for (const { rule, inactive } of demanding)
    for (const demand of rule.demands) {
      const group = demand.strictness?.group
      if (group === undefined) continue
      const known = groups.get(group) ?? new Map()
      groups.set(group, known)
      const { obligation } = demand.demanded
      const present = known.get(obligation)
      known.set(obligation, { demand, inactive: and([inactive, present?.inactive ?? TRUE]) })
    }
  return [...groups.values()].flatMap((known) => {
    const demands = [...known.values()]
    return demands.flatMap((a, index) =>
      demands
        .slice(index + 1)
        .filter((b) => combine([a.demand, b.demand]).conflicts.length > 0)
        .map(({ demand, inactive }): PlanClause => {
          const { source } = demand.demanded
          return { source, kind: 'obligation', residual: or([a.inactive, inactive]) }
        }),
    )
  })
}

interface Inactive {
  readonly demand: Demand
  readonly inactive: Residual
}
