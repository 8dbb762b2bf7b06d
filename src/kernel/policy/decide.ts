import { combine } from './combine.ts'
import type {
  Decision,
  DemandedApproval,
  DemandedAudit,
  EvaluationError,
  RuleRef,
} from './decision.ts'
import type {
  Clause,
  CompiledAudit,
  CompiledRequirement,
  CompiledRule,
  Demand,
} from './evaluate/compiled.ts'
import { evaluateAll } from './evaluate/evaluate.ts'
import type { Candidates } from './evaluate/rule-index.ts'
import type { Scope } from './evaluate/scope.ts'
import { scopeOf } from './evaluate/scope.ts'
import { FALSE, TRUE } from './evaluate/truth.ts'
import type { PolicyRequest } from './policy-request.ts'

/** A decision but for the version of the set that made it. */
export type Verdict = Omit<Decision, 'version'>

/**
 * Combines the rules that are about a request: deny before approval before allow. An error denies,
 * no allow denies; the order of rules never matters, and every rule that settled it is named.
 */
export function decide(candidates: Candidates, request: PolicyRequest): Verdict {
  const trial: Trial = { scope: scopeOf(request.attributes), errors: [] }
  const common = { audits: auditsOf(candidates.audits, trial), errors: trial.errors }
  const denied = {
    effect: 'deny',
    obligations: [],
    approvals: [],
    nearMisses: [],
    ...common,
  } as const
  const denials = denialsOf(candidates.denies, trial)
  const global = bindingOf(candidates.requirements, trial)
  if (denials.rules.length + global.unmet.length > 0) {
    const reason = denials.reason ?? 'requirement_unmet'
    return { ...denied, reason, determining: [...denials.rules, ...global.unmet] }
  }
  const { satisfied, missed, bindings } = allowsOf(candidates.allows, trial)
  if (satisfied.length === 0)
    return { ...denied, reason: 'default_deny', determining: [], nearMisses: missed }
  const all = [global, ...bindings]
  const { obligations, conflicts } = combine(all.flatMap(({ demands }) => demands))
  if (conflicts.length > 0)
    return { ...denied, reason: 'obligation_conflict', determining: conflicts }
  const approvals = missingOf(all, request.approved)
  const settled = { determining: satisfied, obligations, approvals, nearMisses: [], ...common }
  if (approvals.length > 0)
    return { effect: 'require_approval', reason: 'approval_required', ...settled }
  const effect = obligations.length === 0 ? 'allow' : 'allow_with_conditions'
  return { effect, reason: 'allowed', ...settled }
}

interface Trial {
  readonly scope: Scope
  readonly errors: EvaluationError[]
}

/** Noted are those that may apply: an audit that could not be evaluated does. */
function auditsOf(
  audits: readonly CompiledAudit[],
  { scope, errors }: Trial,
): readonly DemandedAudit[] {
  if (audits.length === 0) return []
  const applying = audits.filter(({ guards }) => evaluateAll(guards, scope, errors) !== FALSE)
  return [...new Set(applying.flatMap((audit) => audit.audits))]
}

/** A deny that could not be evaluated denies as one that holds. */
function denialsOf(denies: readonly CompiledRule[], { scope, errors }: Trial) {
  const rules: RuleRef[] = []
  let reason: 'explicit_deny' | 'deny_on_error' | undefined
  for (const { guards, ref } of denies) {
    const truth = evaluateAll(guards, scope, errors)
    if (truth === FALSE) continue
    addOnce(ref, rules)
    if (truth === TRUE) reason = 'explicit_deny'
    else reason ??= 'deny_on_error'
  }
  return { rules, reason }
}

/** The parts of one rule are one rule. */
function addOnce(ref: RuleRef, rules: RuleRef[]): void {
  if (!rules.includes(ref)) rules.push(ref)
}

/** What requirements say to the allows that they bind. */
interface Binding {
  readonly unmet: readonly RuleRef[]
  readonly demands: readonly Demand[]
  readonly approvals: readonly DemandedApproval[]
}

const UNBOUND: Binding = { unmet: [], demands: [], approvals: [] }

/** A requirement with an unknown guard applies, and an unknown predicate is unmet. */
function bindingOf(requirements: readonly CompiledRequirement[], trial: Trial): Binding {
  if (requirements.length === 0) return UNBOUND
  const { scope, errors } = trial
  const applying = requirements.filter(({ guards }) => evaluateAll(guards, scope, errors) !== FALSE)
  // The parts of one requirement have the same predicates: looked at once, they are unmet once.
  const predicates = new Set(applying.map((requirement) => requirement.predicates))
  return {
    unmet: [...predicates].flatMap((them) => unmetOf(them, trial)),
    demands: applying.flatMap(({ demands }) => demands),
    approvals: applying.flatMap(({ approvals }) => approvals),
  }
}

function unmetOf(predicates: readonly Clause[], { scope, errors }: Trial): readonly RuleRef[] {
  return predicates
    .filter((clause) => evaluateAll([clause], scope, errors) !== TRUE)
    .map(({ ref }) => ref)
}

/** The allows that hold under the bare requirements of their policies, and those that missed. */
function allowsOf(allows: readonly CompiledRule[], trial: Trial) {
  const satisfied: RuleRef[] = []
  const missed: RuleRef[] = []
  const known: Bindings = new Map()
  const bindings = new Set<Binding>()
  for (const { guards, requirements, ref } of allows) {
    const holds = evaluateAll(guards, trial.scope, trial.errors) === TRUE
    const binding = holds ? boundBy(requirements, known, trial) : UNBOUND
    if (holds && binding.unmet.length === 0) {
      addOnce(ref, satisfied)
      bindings.add(binding)
    } else addOnce(ref, missed)
  }
  return { satisfied, missed, bindings }
}

type Bindings = Map<readonly CompiledRequirement[], Binding>

/** What a policy requires of its allows, worked out once however many of them hold. */
function boundBy(
  requirements: readonly CompiledRequirement[],
  known: Bindings,
  trial: Trial,
): Binding {
  const present = known.get(requirements)
  if (present !== undefined) return present
  const binding = bindingOf(requirements, trial)
  known.set(requirements, binding)
  return binding
}

/** The approvals that are demanded and not there, each once. */
function missingOf(
  bindings: readonly Binding[],
  approved: readonly string[] = [],
): readonly DemandedApproval[] {
  const missing = new Map<string, DemandedApproval>()
  for (const { approvals } of bindings)
    for (const demand of approvals) {
      const { name } = demand.approval
      if (!approved.includes(name) && !missing.has(name)) missing.set(name, demand)
    }
  return missing.size === 0 ? [] : [...missing.values()]
}
