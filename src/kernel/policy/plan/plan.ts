import { PortcullisError } from '../../errors.ts'
import type { JsonObject } from '../../json/value.ts'
import { nearest } from '../../text/nearest.ts'
import { ROOTS } from '../check/builtins.ts'
import { combine } from '../combine.ts'
import type {
  DemandedApproval,
  DemandedAudit,
  DemandedObligation,
  Reason,
  RuleRef,
} from '../decision.ts'
import type { CompiledSet, Demand } from '../evaluate/compiled.ts'
import type { PolicyRequest } from '../policy-request.ts'
import type { LeftOut } from './clauses.ts'
import { Clauses } from './clauses.ts'
import { evaluateResidual } from './evaluate-residual.ts'
import { canonicalPath } from './known.ts'
import type { Residual } from './residual.ts'
import { MAX_RESIDUAL_SIZE } from './residual.ts'
import type { PlanClause, RulePlan } from './rules.ts'
import { planRules } from './rules.ts'
import { and, or, towards } from './simplify.ts'
import { sizeOf } from './size.ts'

/** What is not known when a plan is made, unless the caller says otherwise. */
export const DEFAULT_UNKNOWN: readonly string[] = ['data']
/** Paths that may be said to be unknown. */
export const MAX_UNKNOWN_PATHS = 100

export interface PlanOptions {
  /** Paths of the request that differ from thing to thing: `data`, `resource.id`. */
  readonly unknown?: readonly string[]
}

/**
 * For which things a request is permitted, before any of them is looked at: for all, for none, or
 * for those of which `residual` is true. Permitted is what `decide` permits, with the attributes of
 * that thing in place of what was not known.
 */
export type Plan = PlanCommon &
  (
    | { readonly kind: 'always' }
    | { readonly kind: 'never'; readonly reason: Reason; readonly determining: readonly RuleRef[] }
    | { readonly kind: 'if'; readonly residual: Residual }
  )

interface PlanCommon {
  /** The version of the policy set. */
  readonly version: string
  readonly unknown: readonly string[]
  /**
   * All that is demanded for anything that is permitted: whoever fulfils it all has fulfilled what
   * is demanded for each. Where things differ in that, it is more than some of them need.
   */
  readonly obligations: readonly DemandedObligation[]
  /** Approvals that are not there. What needs one of them is not permitted. */
  readonly approvals: readonly DemandedApproval[]
  readonly audits: readonly DemandedAudit[]
  /** Rule by rule, what has to be true. */
  readonly clauses: readonly PlanClause[]
  /** Clauses beyond the bounds: an allow of them permits nothing, a deny leaves nothing. */
  readonly leftOut: readonly LeftOut[]
}

/** @throws PortcullisError `PLAN_INVALID` for a path that no request has. */
export function plan(
  { set, version }: { readonly set: CompiledSet; readonly version: string },
  request: PolicyRequest,
  { unknown = DEFAULT_UNKNOWN }: PlanOptions,
): Plan {
  const known = { attributes: request.attributes, unknown: pathsOf(unknown) }
  const clauses = new Clauses(known)
  const rules = planRules(set.enforced, { request, known, clauses })
  const { leftOut } = clauses
  const common = {
    ...{ version, unknown, leftOut, audits: rules.audits },
    obligations: obligationsOf(rules.demands),
    approvals: distinct(rules.approvals),
    clauses: rules.clauses.map((clause) => ({
      ...clause,
      residual: towards(true, clause.residual),
    })),
  }
  const residual = permittedBy(rules)
  if (residual.op === 'true') return { kind: 'always', ...common }
  const nothing = { kind: 'never', ...common, obligations: [] } as const
  if (residual.op === 'false') return { ...nothing, ...reasonOf(set, rules) }
  if (sizeOf(residual) <= MAX_RESIDUAL_SIZE) return { kind: 'if', residual, ...common }
  const message = `the residual has more than ${MAX_RESIDUAL_SIZE} nodes`
  const all = rules.clauses.map(({ source }) => ({ source, message }))
  return { ...nothing, reason: 'default_deny', determining: [], leftOut: all }
}

function permittedBy({ clauses }: RulePlan): Residual {
  const residuals = (wanted: (clause: PlanClause) => boolean) =>
    clauses.filter(wanted).map(({ residual }) => residual)
  const allowed = or(residuals(({ kind }) => kind === 'allow'))
  return towards(true, and([...residuals(({ kind }) => kind !== 'allow'), allowed]))
}

/** Why nothing at all is permitted: what alone settles it, or else that no allow can hold. */
function reasonOf(set: CompiledSet, { clauses, blocking }: RulePlan) {
  if (set.ruleCount === 0) return { reason: 'nothing_loaded', determining: [] } as const
  const hopeless = clauses.filter(({ residual }) => towards(true, residual).op === 'false')
  for (const kind of ['deny', 'require'] as const) {
    const settling = hopeless.filter((clause) => clause.kind === kind)
    if (settling.length === 0) continue
    const certain = settling.some(({ residual }) => residual.op === 'false')
    const denied = certain ? 'explicit_deny' : 'deny_on_error'
    const reason: Reason = kind === 'deny' ? denied : 'requirement_unmet'
    return { reason, determining: sourcesOf(settling) }
  }
  const isHopeful = (clause: PlanClause) => clause.kind === 'allow' && !hopeless.includes(clause)
  if (!clauses.some(isHopeful)) {
    const reason: Reason = blocking.length > 0 ? 'approval_required' : 'default_deny'
    return { reason, determining: blocking }
  }
  const [reason, kind] = hopeless.some((clause) => clause.kind === 'obligation')
    ? (['obligation_conflict', 'obligation'] as const)
    : (['approval_required', 'approval'] as const)
  const settling = hopeless.filter((clause) => clause.kind === kind)
  // Rules may leave nothing together that each of them would leave something of.
  if (settling.length === 0) return { reason: 'default_deny', determining: [] } as const
  return { reason, determining: sourcesOf(settling) }
}

/** The parts of one rule are one rule. */
function sourcesOf(clauses: readonly PlanClause[]): readonly RuleRef[] {
  return [...new Set(clauses.map(({ source }) => source))]
}

/** Does the plan permit the thing? `attributes` holds by root what was not known. */
export function planPermits(plan: Plan, attributes: JsonObject): boolean {
  if (plan.kind === 'if') return evaluateResidual(plan.residual, attributes) === true
  return plan.kind === 'always'
}

/** The strictest of each kind; of those that contradict each other all. */
function obligationsOf(demands: readonly Demand[]): readonly DemandedObligation[] {
  const { obligations, conflicts } = combine(demands)
  const contradicting = demands
    .map(({ demanded }) => demanded)
    .filter(({ source }) => conflicts.includes(source))
  const each = new Map([...contradicting, ...obligations].map((it) => [it.obligation, it]))
  return [...each.values()]
}

function distinct(approvals: readonly DemandedApproval[]): readonly DemandedApproval[] {
  return [...new Map(approvals.toReversed().map((it) => [it.approval.name, it])).values()]
}

function pathsOf(unknown: readonly string[]): readonly (readonly string[])[] {
  if (unknown.length > MAX_UNKNOWN_PATHS)
    throw new PortcullisError('PLAN_INVALID', `more than ${MAX_UNKNOWN_PATHS} unknown paths`)
  return unknown.map((path) => {
    const [root = '', ...names] = path.split('.')
    if (ROOTS.includes(root) && root !== 'operation' && !names.includes(''))
      return canonicalPath([root, ...names])
    const near = nearest(root, ROOTS)
    const hint = near === undefined || near === root ? '' : `: did you mean \`${near}\`?`
    throw new PortcullisError('PLAN_INVALID', `\`${path}\` cannot be left unknown${hint}`)
  })
}
