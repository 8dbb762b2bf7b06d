import type { JsonObject } from '../../../src/kernel/json/value.ts'
import { parsePolicyFile } from '../../../src/kernel/policy/language/parser.ts'
import type {
  Declaration,
  PolicyNode,
  RequirementRule,
  Rule,
} from '../../../src/kernel/policy/language/syntax.ts'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import type { Asked } from './about.ts'
import { about, placementOf } from './about.ts'
import type { Demand } from './demands.ts'
import { contentOf, demandOf } from './demands.ts'
import type { World } from './expression.ts'
import { condition } from './expression.ts'
import type { Outcome } from './outcome.ts'
import { all } from './outcome.ts'

/**
 * The semantics of `docs/spec/policy-language.md` as plainly as it can be written: it walks the
 * tree, looks at every rule, and knows no index, no closures, no parts of rules and no sets of
 * outcomes. The engine has to agree with it. All lists are sorted; places read `file:line:column`.
 */
export interface ReferenceDecision {
  readonly effect: string
  readonly reason: string
  readonly determining: readonly string[]
  readonly obligations: readonly string[]
  readonly approvals: readonly string[]
  readonly audits: readonly string[]
  readonly nearMisses: readonly string[]
}

export interface Reference {
  readonly ruleCount: number
  decide(request: PolicyRequest): ReferenceDecision & { readonly observed?: ReferenceDecision }
}

interface Policy {
  readonly node: PolicyNode
  readonly observed: boolean
  readonly placeOf: (offset: number) => string
  readonly file: string
}

export function reference(files: readonly PolicyText[], seen?: World['seen']): Reference {
  const trees = files.map(({ file, text }) => ({ file, text, ...parsePolicyFile(file, text) }))
  const declarations = trees.flatMap(({ tree }) => tree.declarations)
  const policies = trees.flatMap(({ file, text, tree }) =>
    tree.policies.map((node) => ({
      ...{ node, file, observed: isObserved(node) },
      placeOf: (offset: number) => placeIn(file, text, offset),
    })),
  )
  const enforced = policies.filter(({ observed }) => !observed)
  const isEmpty = policies.every(({ node }) => node.rules.length === 0)
  return {
    ruleCount: policies.reduce((count, { node }) => count + node.rules.length, 0),
    decide: (request) => {
      const asked = askedOf(declarations, request, seen)
      const decision = decide(enforced, asked)
      if (isEmpty) return { ...decision, reason: 'nothing_loaded' }
      const observed = decide(policies, { ...asked, seen: () => undefined })
      return observed.effect === decision.effect ? decision : { ...decision, observed }
    },
  }
}

function askedOf(
  declarations: readonly Declaration[],
  request: PolicyRequest,
  seen: World['seen'] = () => undefined,
): Asked {
  const orders = declarations.flatMap((it) =>
    it.kind === 'order' ? [it.labels.map(({ text }) => text)] : [],
  )
  const { attributes } = request
  return { declarations, request, orders, attributes, elements: {}, seen }
}

function isObserved({ annotations }: PolicyNode): boolean {
  return annotations.some(({ name, text }) => name.text === 'mode' && text === 'observe')
}

function placeIn(file: string, text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n')
  return `${file}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`
}

/** A rule that by its names is about the request, and whether it applies. */
interface Applying {
  readonly rule: Rule
  readonly policy: Policy
  readonly place: string
  readonly outcome: Outcome
}

function decide(policies: readonly Policy[], asked: Asked): ReferenceDecision {
  const rules = policies.flatMap((policy) => policy.node.rules.map((rule) => ({ rule, policy })))
  const applying = rules.flatMap((one) => applyingOf(one, asked))
  const of = (kind: Rule['kind']) => applying.filter(({ rule }) => rule.kind === kind)
  const audits = of('audit').flatMap((one) => notesOf(one))
  const verdict = (
    effect: string,
    reason: string,
    rest: Partial<ReferenceDecision>,
  ): ReferenceDecision => ({
    ...{ determining: [], obligations: [], approvals: [], nearMisses: [] },
    ...{ effect, reason, ...rest, audits: sorted(audits) },
  })

  const denies = of('deny').filter(({ outcome }) => outcome !== false)
  const global = of('require').filter(({ outcome }) => outcome !== false)
  const unmet = global.flatMap((one) => unmetOf(one, asked))
  const against = sorted([...denies.map(({ place }) => place), ...unmet])
  if (denies.some(({ outcome }) => outcome === true))
    return verdict('deny', 'explicit_deny', { determining: against })
  if (denies.length > 0) return verdict('deny', 'deny_on_error', { determining: against })
  if (unmet.length > 0) return verdict('deny', 'requirement_unmet', { determining: against })

  const allows = of('allow').filter(
    ({ outcome, policy }) => outcome === true && bareOf(policy, asked).every((it) => isMet(it)),
  )
  const places = sorted(allows.map(({ place }) => place))
  if (allows.length === 0)
    return verdict('deny', 'default_deny', {
      nearMisses: sorted(of('allow').map(({ place }) => place)),
    })
  const binding = [...global, ...allows.flatMap(({ policy }) => bareOf(policy, asked))]
  const demands = binding.flatMap((one) => demandsOf(one, asked))
  const obligations = demands.filter(({ approval }) => approval === undefined)
  const conflicts = obligations.filter((one) => obligations.some((it) => conflict(one, it)))
  if (conflicts.length > 0)
    return verdict('deny', 'obligation_conflict', {
      determining: sorted(conflicts.map(({ place }) => place)),
    })
  const held = sorted(
    obligations
      .filter((one) => !obligations.some((it) => stricter(it, one)))
      .map(({ obligation }) => contentOf(obligation)),
  )
  const approvals = sorted(
    demands.flatMap(({ approval }) => approval ?? []).filter((name) => !isGiven(name, asked)),
  )
  const rest = { determining: places, obligations: held, approvals }
  if (approvals.length > 0) return verdict('require_approval', 'approval_required', rest)
  return verdict(held.length > 0 ? 'allow_with_conditions' : 'allow', 'allowed', rest)

  function isMet(one: Applying): boolean {
    return unmetOf(one, asked).length === 0
  }
}

/** A bare `require` is asked only of the allows of its policy. */
function applyingOf(
  { rule, policy }: Pick<Applying, 'rule' | 'policy'>,
  asked: Asked,
): readonly Applying[] {
  if (rule.kind === 'require' && rule.target === undefined) return []
  const names = rule.kind === 'audit' ? (rule.target ?? ownTargets(policy.node)) : rule.target
  const attachments = [...policy.node.attachments, ...placementOf(policy.file)]
  const named = about(names, attachments, asked)
  if (named === undefined) return []
  const outcome = all([named, guardOf(rule, asked)])
  asked.seen(`${rule.kind}:`, String(outcome))
  return [{ rule, policy, place: policy.placeOf(rule.start), outcome }]
}

/** What an audit without a target is about: what the other rules of its policy are about. */
function ownTargets({ rules }: PolicyNode) {
  const own = rules.flatMap((rule) =>
    rule.kind === 'allow' || rule.kind === 'deny' ? rule.target : [],
  )
  return own.length === 0 ? undefined : own
}

function guardOf({ guard }: Rule, asked: Asked): Outcome {
  return guard === undefined ? true : condition(guard, asked)
}

function bareOf(policy: Policy, asked: Asked): readonly Applying[] {
  return policy.node.rules.flatMap((rule) => {
    if (rule.kind !== 'require' || rule.target !== undefined) return []
    const outcome = guardOf(rule, asked)
    asked.seen('require: of the policy', String(outcome))
    const place = policy.placeOf(rule.start)
    return outcome === false ? [] : [{ rule, policy, place, outcome }]
  })
}

function requirementsOf({ rule }: Applying): RequirementRule['requirements'] {
  return rule.kind === 'require' || rule.kind === 'audit' ? rule.requirements : []
}

function unmetOf(one: Applying, asked: Asked): readonly string[] {
  return requirementsOf(one).flatMap((requirement) =>
    requirement.kind === 'predicate' && condition(requirement.condition, asked) !== true
      ? [one.policy.placeOf(requirement.condition.start)]
      : [],
  )
}

function demandsOf(one: Applying, { declarations, seen }: Asked): readonly Demand[] {
  return requirementsOf(one).flatMap((requirement) => {
    if (requirement.kind === 'predicate') return []
    seen(`demand ${requirement.name.text}`, 'made')
    return [demandOf(requirement, one.policy.placeOf(requirement.start), declarations)]
  })
}

function notesOf(one: Applying): readonly string[] {
  if (one.outcome === false) return []
  return requirementsOf(one).flatMap((requirement) => {
    if (requirement.kind === 'predicate') return []
    const { kind, start, name } = requirement
    const value = kind === 'setting' && requirement.value.kind === 'literal'
    const text = value ? requirement.value.value : true
    return [noteOf({ name: name.text, value: text, place: one.policy.placeOf(start) })]
  })
}

export function noteOf(note: JsonObject): string {
  return contentOf(note)
}

function isGiven(approval: string, { request }: Asked): boolean {
  return request.approved?.includes(approval) === true
}

function conflict(a: Demand, b: Demand): boolean {
  if (a.group === undefined || a.group !== b.group) return false
  const ranked = a.rank !== undefined && b.rank !== undefined
  return !ranked && contentOf(a.obligation) !== contentOf(b.obligation)
}

function stricter(a: Demand, b: Demand): boolean {
  return a.group === b.group && a.rank !== undefined && b.rank !== undefined && a.rank > b.rank
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}
