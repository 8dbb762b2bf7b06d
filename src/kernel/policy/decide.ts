import { combine } from './combine.ts'
import type {
  Decision,
  DemandedApproval,
  DemandedAudit,
  EvaluationError,
  RuleRef,
} from './decision.ts'
import type { About } from './evaluate/bucket.ts'
import type { Clause, CompiledRequirement, CompiledRule, Demand } from './evaluate/compiled.ts'
import { evaluateAll } from './evaluate/evaluate.ts'
import { comparePlaces } from './evaluate/place.ts'
import {
  ALLOWS,
  type Applying,
  AUDITS,
  DENIES,
  type Guarded,
  type Kind,
  REQUIREMENTS,
} from './evaluate/rows.ts'
import type { RuleGroup } from './evaluate/rule-group.ts'
import type { Trial } from './evaluate/trial.ts'
import { FALSE, TRUE } from './evaluate/truth.ts'
import type { PolicyRequest } from './policy-request.ts'

export interface Asked {
  readonly request: PolicyRequest
  /** Of the policies that decide. */
  readonly version: string
}

/**
 * Combines the rules that are about a request: deny before approval before allow. An error denies,
 * no allow denies; the order of rules never matters, and every rule that settled it is named. Rules
 * that lie in buckets with a table are tried with that table.
 */
export function decide(about: About, { request, version }: Asked, trial: Trial): Decision {
  const errors: EvaluationError[] = []
  trial.begin(request.attributes)
  trial.errors = errors
  try {
    const groups = about.groups(trial)
    const audits = auditsOf(groups, trial)
    const settled = settle(groups, trial, request.approved)
    const missed = settled.reason === 'default_deny' ? about.allowing : NONE
    if (errors.length > 1) errors.sort(comparePlaces)
    return {
      effect: settled.effect,
      reason: settled.reason,
      version,
      determining: settled.determining,
      obligations: settled.obligations ?? NONE,
      approvals: settled.approvals ?? NONE,
      audits,
      errors,
      nearMisses: missed,
    }
  } finally {
    trial.end()
  }
}

/** What is settled about a request, but for what is only noted. */
interface Settled extends Pick<Decision, 'effect' | 'reason' | 'determining'> {
  readonly obligations?: Decision['obligations']
  readonly approvals?: Decision['approvals']
}

function settle(
  groups: readonly RuleGroup[],
  trial: Trial,
  approved: PolicyRequest['approved'],
): Settled {
  const denials = denialsOf(groups, trial)
  const global = bindingOf(applying(groups, REQUIREMENTS, trial), trial)
  if (denials.rules.length + global.unmet.length > 0) {
    const reason = denials.reason ?? 'requirement_unmet'
    return { effect: 'deny', reason, determining: [...denials.rules, ...global.unmet] }
  }
  const { satisfied, bindings } = allowsOf(groups, trial)
  if (satisfied.length === 0) return DEFAULT_DENY
  const all = global === UNBOUND ? bindings : [global, ...bindings]
  if (all.length === 0) return { effect: 'allow', reason: 'allowed', determining: satisfied }
  const { obligations, conflicts } = combine(all.flatMap(({ demands }) => demands))
  if (conflicts.length > 0)
    return { effect: 'deny', reason: 'obligation_conflict', determining: conflicts }
  const approvals = missingOf(all, approved)
  if (approvals.length > 0)
    return {
      ...{ effect: 'require_approval', reason: 'approval_required' },
      ...{ determining: satisfied, obligations, approvals },
    }
  const effect = obligations.length === 0 ? 'allow' : 'allow_with_conditions'
  return { effect, reason: 'allowed', determining: satisfied, obligations }
}

const NONE: readonly never[] = Object.freeze([])

const DEFAULT_DENY: Settled = { effect: 'deny', reason: 'default_deny', determining: NONE }

/** The rules of one kind whose guards are not false: head by head, as they stand in the files. */
function applying<T extends Guarded>(
  groups: readonly RuleGroup[],
  kind: Kind<T>,
  trial: Trial,
): readonly Applying<T>[] {
  let found: Applying<T>[] | undefined
  let head: object | undefined
  let from = 0
  for (const { rows, begin } of groups) {
    if (!rows.has(kind, begin)) continue
    found ??= []
    if (rows.rules !== head) {
      sortFrom(from, found)
      head = rows.rules
      from = found.length
    }
    rows.applying(kind, { begin, trial }, found)
  }
  if (found === undefined) return NONE
  sortFrom(from, found)
  return found
}

/** Rules under one head are found in the order of what they ask for. */
function sortFrom(from: number, found: Applying<unknown>[]): void {
  if (found.length - from < 2) return
  const last = found.splice(from).sort((a, b) => a.place - b.place)
  for (const one of last) found.push(one)
}

/** Noted are those that may apply: an audit that could not be evaluated does. */
function auditsOf(groups: readonly RuleGroup[], trial: Trial): readonly DemandedAudit[] {
  const found = applying(groups, AUDITS, trial)
  return found.length === 0 ? NONE : [...new Set(found.flatMap(({ rule }) => rule.audits))]
}

/** A deny that could not be evaluated denies as one that holds. */
function denialsOf(groups: readonly RuleGroup[], trial: Trial) {
  const rules: RuleRef[] = []
  let reason: 'explicit_deny' | 'deny_on_error' | undefined
  for (const { ref, truth } of applying(groups, DENIES, trial)) {
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

const UNBOUND: Binding = { unmet: NONE, demands: NONE, approvals: NONE }

type Found<T> = Pick<Applying<T>, 'rule'>

/** A requirement with an unknown guard applies, and an unknown predicate is unmet. */
function bindingOf(found: readonly Found<CompiledRequirement>[], trial: Trial): Binding {
  if (found.length === 0) return UNBOUND
  // The parts of one requirement have the same predicates: looked at once, they are unmet once.
  const predicates = new Set(found.map(({ rule }) => rule.predicates))
  return {
    unmet: [...predicates].flatMap((them) => unmetOf(them, trial)),
    demands: found.flatMap(({ rule }) => rule.demands),
    approvals: found.flatMap(({ rule }) => rule.approvals),
  }
}

function unmetOf(predicates: readonly Clause[], trial: Trial): readonly RuleRef[] {
  return predicates
    .filter((clause) => evaluateAll([clause], trial, trial.errors) !== TRUE)
    .map(({ ref }) => ref)
}

/** The allows that hold under the bare requirements of their policies. */
function allowsOf(groups: readonly RuleGroup[], trial: Trial) {
  const satisfied: RuleRef[] = []
  let known: Bindings | undefined
  for (const { rule, ref, truth, bound } of applying(groups, ALLOWS, trial)) {
    if (truth !== TRUE) continue
    if (bound) {
      known ??= new Map()
      if (boundBy(rule, known, trial).unmet.length > 0) continue
    }
    addOnce(ref, satisfied)
  }
  if (known === undefined) return { satisfied, bindings: NONE }
  return { satisfied, bindings: [...known.values()].filter(({ unmet }) => unmet.length === 0) }
}

type Bindings = Map<readonly CompiledRequirement[], Binding>

/** What a policy requires of its allows, worked out once however many of them hold. */
function boundBy({ requirements: own }: CompiledRule, known: Bindings, trial: Trial): Binding {
  const present = known.get(own)
  if (present !== undefined) return present
  const found = own.flatMap((rule) => {
    const truth = evaluateAll(rule.guards, trial, trial.errors)
    return truth === FALSE ? [] : [{ rule }]
  })
  const binding = bindingOf(found, trial)
  known.set(own, binding)
  return binding
}

/** The approvals that are demanded and not there, each once. */
function missingOf(
  bindings: readonly Binding[],
  approved: readonly string[] = NONE,
): readonly DemandedApproval[] {
  const missing = new Map<string, DemandedApproval>()
  for (const { approvals } of bindings)
    for (const demand of approvals) {
      const { name } = demand.approval
      if (!approved.includes(name) && !missing.has(name)) missing.set(name, demand)
    }
  return [...missing.values()]
}
