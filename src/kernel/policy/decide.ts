import type { Obligation } from '../obligations/obligation.ts'
import type { Decision, DemandedObligation, EvaluationError, RuleRef } from './decision.ts'
import type { Clause, CompiledRequirement, CompiledRule } from './evaluate/compiled.ts'
import { errorOf, evaluate } from './evaluate/evaluate.ts'
import type { Candidates } from './evaluate/rule-index.ts'
import type { Scope } from './evaluate/scope.ts'
import { scopeOf } from './evaluate/scope.ts'
import type { Truth } from './evaluate/truth.ts'
import { ERROR, FALSE, TRUE } from './evaluate/truth.ts'
import type { PolicyRequest } from './policy-request.ts'

/** A decision but for the version of the set that made it. */
export type Verdict = Omit<Decision, 'version'>

/**
 * Combines the rules that are about a request. Deny before allow, an error denies, no allow denies;
 * the order of rules never matters, and every rule that settled it is named.
 */
export function decide(candidates: Candidates, request: PolicyRequest): Verdict {
  const trial: Trial = { scope: scopeOf(request.attributes), errors: [] }
  const { errors } = trial
  const denials = denialsOf(candidates.denies, trial)
  const global = bindingOf(candidates.requirements, trial)
  const denied = { effect: 'deny', obligations: [], approvals: [], audits: [], errors } as const
  if (denials.rules.length + global.unmet.length > 0) {
    const reason = denials.reason ?? 'requirement_unmet'
    const determining = [...denials.rules, ...global.unmet]
    return { ...denied, reason, determining, nearMisses: [] }
  }
  const { satisfied, missed, obligations } = allowsOf(candidates.allows, trial)
  if (satisfied.length === 0)
    return { ...denied, reason: 'default_deny', determining: [], nearMisses: missed }
  const demanded = distinct(global.obligations, obligations)
  return {
    effect: demanded.length === 0 ? 'allow' : 'allow_with_conditions',
    reason: 'allowed',
    determining: satisfied,
    obligations: demanded,
    approvals: [],
    audits: [],
    errors,
    nearMisses: [],
  }
}

interface Trial {
  readonly scope: Scope
  readonly errors: EvaluationError[]
}

function truthOf(clause: Clause | undefined, { scope, errors }: Trial): Truth {
  const truth = evaluate(clause, scope)
  if (truth === ERROR && clause !== undefined) errors.push(errorOf(clause, scope))
  return truth
}

/** A deny that could not be evaluated denies as one that holds. */
function denialsOf(denies: readonly CompiledRule[], trial: Trial) {
  const rules: RuleRef[] = []
  let reason: 'explicit_deny' | 'deny_on_error' | undefined
  for (const { guard, ref } of denies) {
    const truth = truthOf(guard, trial)
    if (truth === FALSE) continue
    rules.push(ref)
    if (truth === TRUE) reason = 'explicit_deny'
    else reason ??= 'deny_on_error'
  }
  return { rules, reason }
}

/** What requirements say to the allows that they bind. */
interface Binding {
  readonly unmet: readonly RuleRef[]
  readonly obligations: readonly DemandedObligation[]
}

const UNBOUND: Binding = { unmet: [], obligations: [] }

/** A requirement with an unknown guard applies, and an unknown predicate is unmet. */
function bindingOf(requirements: readonly CompiledRequirement[], trial: Trial): Binding {
  if (requirements.length === 0) return UNBOUND
  const applying = requirements.filter(({ guard }) => truthOf(guard, trial) !== FALSE)
  return {
    unmet: applying.flatMap(({ predicates }) => unmetOf(predicates, trial)),
    obligations: applying.flatMap(({ obligations }) => obligations),
  }
}

function unmetOf(predicates: readonly Clause[], trial: Trial): readonly RuleRef[] {
  return predicates.filter((clause) => truthOf(clause, trial) !== TRUE).map(({ ref }) => ref)
}

/** The allows that hold under the bare requirements of their policies, and those that missed. */
function allowsOf(allows: readonly CompiledRule[], trial: Trial) {
  const satisfied: RuleRef[] = []
  const missed: RuleRef[] = []
  const obligations: DemandedObligation[] = []
  const bindings: Bindings = new Map()
  for (const { guard, requirements, ref } of allows) {
    const holds = truthOf(guard, trial) === TRUE
    const binding = holds ? boundBy(requirements, bindings, trial) : UNBOUND
    if (holds && binding.unmet.length === 0) {
      satisfied.push(ref)
      obligations.push(...binding.obligations)
    } else missed.push(ref)
  }
  return { satisfied, missed, obligations }
}

type Bindings = Map<readonly CompiledRequirement[], Binding>

/** What a policy requires of its allows, worked out once however many of them hold. */
function boundBy(
  requirements: readonly CompiledRequirement[],
  bindings: Bindings,
  trial: Trial,
): Binding {
  const known = bindings.get(requirements)
  if (known !== undefined) return known
  const binding = bindingOf(requirements, trial)
  bindings.set(requirements, binding)
  return binding
}

/** Equal obligations are one object since they were compiled: demanded twice, each is one. */
function distinct(
  global: readonly DemandedObligation[],
  own: readonly DemandedObligation[],
): readonly DemandedObligation[] {
  if (global.length + own.length < 2) return global.length > 0 ? global : own
  const first = new Map<Obligation, DemandedObligation>()
  for (const demand of [...global, ...own])
    if (!first.has(demand.obligation)) first.set(demand.obligation, demand)
  return [...first.values()]
}
