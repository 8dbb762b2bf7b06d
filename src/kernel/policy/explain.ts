import type { JsonObject, JsonValue } from '../json/value.ts'
import { ROOTS } from './check/vocabulary.ts'
import type { Decision, RuleRef } from './decision.ts'
import { compileCondition, compilePath } from './evaluate/compile-expression.ts'
import type { Clause, CompiledRequirement, CompiledRule } from './evaluate/compiled.ts'
import { errorOf, evaluate } from './evaluate/evaluate.ts'
import type { Candidates } from './evaluate/rule-index.ts'
import { scopeOf } from './evaluate/scope.ts'
import { FALSE, TRUE } from './evaluate/truth.ts'
import { partsOf } from './language/expression-parts.ts'
import { matches } from './language/pattern.ts'
import { positionOf, textOf } from './language/source.ts'
import type { Expression, PathNode } from './language/syntax.ts'
import type { PolicyRequest } from './policy-request.ts'

/** A decision, and every rule whose head the request matches. */
export interface Explanation {
  readonly decision: Decision
  readonly rules: readonly RuleExplanation[]
}

export interface RuleExplanation {
  readonly ref: RuleRef
  /** The target that the request matches, as written. */
  readonly head: string
  /** Each conjunct of the guard; none when there is no guard. */
  readonly guard: readonly ClauseExplanation[]
  /** For an allow, the predicates its policy requires; for a `require … for`, its own. */
  readonly requirements: readonly ClauseExplanation[]
  /** For an allow that missed: what would have to be otherwise. */
  readonly nearMiss?: string
}

export interface ClauseExplanation {
  /** The clause as written, on one line. */
  readonly text: string
  readonly line: number
  readonly column: number
  readonly outcome: 'true' | 'false' | 'error'
  /** Why it is an error. */
  readonly message?: string
  readonly reads: readonly Read[]
}

/** An attribute that a clause reads. Without `value` it is missing. */
export interface Read {
  readonly path: string
  readonly value?: JsonValue
}

/** Evaluates every clause on its own. Far slower than deciding: for people, not for the path. */
export function explain(
  candidates: Candidates,
  request: PolicyRequest,
  decision: Decision,
): Explanation {
  const { denies, requirements, allows } = candidates
  const rules = [...denies, ...requirements, ...allows]
  return { decision, rules: rules.map((rule) => explainRule(rule, request, decision)) }
}

function explainRule(
  rule: CompiledRule | CompiledRequirement,
  request: PolicyRequest,
  decision: Decision,
): RuleExplanation {
  const { ref } = rule
  const guard = conjunctsOf(rule.guard).map((clause) => explainClause(clause, request))
  const requirements = predicatesOf(rule, request).map((clause) => explainClause(clause, request))
  const explanation = { ref, head: headOf(rule, request), guard, requirements }
  const missed = rule.kind === 'allow' && decision.nearMisses.includes(ref)
  return missed ? { ...explanation, nearMiss: nearMissOf(explanation) } : explanation
}

function headOf({ heads, source }: CompiledRule | CompiledRequirement, request: PolicyRequest) {
  const { operation, resource } = request
  const head = heads.find(
    (it) => matches(it.operation, operation) && matches(it.resource, resource.id),
  )
  return head === undefined ? '' : textOf(source, head)
}

function conjunctsOf(clause: Clause | undefined): readonly Clause[] {
  if (clause === undefined) return []
  const { node, orders } = clause
  const parts = node.kind === 'and' ? node.operands : [node]
  return parts.map((part) => ({ ...clause, node: part, condition: compileCondition(part, orders) }))
}

/** The predicates that apply: those of an applying requirement. */
function predicatesOf(
  rule: CompiledRule | CompiledRequirement,
  { attributes }: PolicyRequest,
): readonly Clause[] {
  const requirements = rule.kind === 'require' ? [rule] : rule.requirements
  return requirements
    .filter(({ guard }) => evaluate(guard, scopeOf(attributes)) !== FALSE)
    .flatMap(({ predicates }) => predicates)
}

function explainClause(clause: Clause, { attributes }: PolicyRequest): ClauseExplanation {
  const { source, node } = clause
  const scope = scopeOf(attributes)
  const truth = evaluate(clause, scope)
  const { line, column } = positionOf(source, node.start)
  const text = textOf(source, node).replaceAll(/\s+/gu, ' ')
  const place = { text, line, column, reads: readsOf(node, attributes) }
  if (truth === TRUE) return { ...place, outcome: 'true' }
  if (truth === FALSE) return { ...place, outcome: 'false' }
  return { ...place, outcome: 'error', message: errorOf(clause, scope).message }
}

function readsOf(node: Expression, attributes: JsonObject): readonly Read[] {
  const reads = new Map<string, Read>()
  for (const found of pathsOf(node)) {
    const path = [found.root, ...found.names].map(({ text }) => text).join('.')
    const value = compilePath(found)(scopeOf(attributes))
    reads.set(path, typeof value === 'symbol' ? { path } : { path, value })
  }
  return [...reads.values()]
}

/** Paths into the request; those into the element of a quantifier have no single value. */
function pathsOf(node: Expression): readonly PathNode[] {
  if (node.kind === 'path') return ROOTS.includes(node.root.text) ? [node] : []
  return partsOf(node).flatMap(pathsOf)
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
