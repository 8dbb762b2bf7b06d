import type { Decision, RuleRef } from './decision.ts'
import type { Candidates } from './evaluate/candidates.ts'
import type {
  Clause,
  CompiledAudit,
  CompiledRequirement,
  CompiledRule,
  CompiledSet,
} from './evaluate/compiled.ts'
import { evaluateAll } from './evaluate/evaluate.ts'
import { scopeOf } from './evaluate/scope.ts'
import { FALSE } from './evaluate/truth.ts'
import type { ClauseExplanation } from './explain/clauses.ts'
import { conjunctsOf, explainClause } from './explain/clauses.ts'
import type { NotConsidered } from './explain/not-considered.ts'
import { notConsidered } from './explain/not-considered.ts'
import { isAbout, matches } from './language/pattern.ts'
import { textOf } from './language/source.ts'
import type { PolicyRequest } from './policy-request.ts'

export type { ClauseExplanation, Read } from './explain/clauses.ts'
export type { NotConsidered } from './explain/not-considered.ts'

/** A decision, every rule whose head the request matches, and why the others were left out. */
export interface Explanation {
  readonly decision: Decision
  readonly rules: readonly RuleExplanation[]
  readonly notConsidered: NotConsidered
}

export interface RuleExplanation {
  readonly ref: RuleRef
  /** The target that the request matches, as written. */
  readonly head: string
  /** Its policy is in observe mode: it is evaluated and has no say. */
  readonly observed: boolean
  /** Conditions of the classes and attachments it comes under, then each conjunct of the guard. */
  readonly guard: readonly ClauseExplanation[]
  /** For an allow, the predicates its policy requires; for a `require … for`, its own. */
  readonly requirements: readonly ClauseExplanation[]
  /** For an allow that missed: what would have to be otherwise. */
  readonly nearMiss?: string
}

type AnyRule = CompiledRule | CompiledRequirement | CompiledAudit

export interface Explained {
  readonly candidates: Candidates
  readonly set: CompiledSet
  readonly decision: Decision
}

/** Evaluates every clause on its own. Far slower than deciding: for people, not for the path. */
export function explain({ candidates, set, decision }: Explained, request: PolicyRequest) {
  const { denies, requirements, allows, audits } = candidates
  const rules: readonly AnyRule[] = [...denies, ...requirements, ...allows, ...audits]
  const observed = new Set<AnyRule>(Object.values(set.observed).flat())
  return {
    decision,
    rules: rules.map((rule) => ({
      ...explainRule(rule, request, decision),
      observed: observed.has(rule),
    })),
    notConsidered: notConsidered(set, new Set(rules), request),
  }
}

function explainRule(
  rule: AnyRule,
  request: PolicyRequest,
  decision: Decision,
): Omit<RuleExplanation, 'observed'> {
  const { ref } = rule
  const guard = rule.guards.flatMap(conjunctsOf).map((clause) => explainClause(clause, request))
  const requirements = predicatesOf(rule, request).map((clause) => explainClause(clause, request))
  const explanation = { ref, head: headOf(rule, request), guard, requirements }
  const missed = rule.kind === 'allow' && decision.nearMisses.includes(ref)
  return missed ? { ...explanation, nearMiss: nearMissOf(explanation) } : explanation
}

function headOf({ heads, source }: AnyRule, { operation, resource }: PolicyRequest): string {
  const head = heads.find(
    (it) => isAbout(it.operation, operation) && matches(it.resource, resource.id),
  )
  return head === undefined ? '' : textOf(source, head)
}

/** The predicates that apply: those of an applying requirement. */
function predicatesOf(rule: AnyRule, { attributes }: PolicyRequest): readonly Clause[] {
  if (rule.kind === 'audit') return []
  const requirements = rule.kind === 'require' ? [rule] : rule.requirements
  return requirements
    .filter(({ guards }) => evaluateAll(guards, scopeOf(attributes)) !== FALSE)
    .flatMap(({ predicates }) => predicates)
}

/** `would be allowed if …`, over everything that does not hold. */
function nearMissOf({ guard, requirements }: Pick<RuleExplanation, 'guard' | 'requirements'>) {
  const changes = [...guard, ...requirements]
    .filter(({ outcome }) => outcome !== 'true')
    .map(change)
  return `would be allowed if ${changes.join(' and ')}`
}

function change({ text, message }: ClauseExplanation): string {
  const positive = text.replace(/^(?:unless\b|!)\s*/u, '')
  const wish = `\`${positive}\` were ${positive === text ? 'true' : 'false'}`
  return message === undefined ? wish : `${wish} (now: ${message})`
}
