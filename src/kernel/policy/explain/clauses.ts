import type { JsonObject, JsonValue } from '../../json/value.ts'
import { ROOTS } from '../check/builtins.ts'
import { compileCondition, compilePath } from '../evaluate/compile-expression.ts'
import type { Clause } from '../evaluate/compiled.ts'
import { errorOf, evaluate } from '../evaluate/evaluate.ts'
import { scopeOf } from '../evaluate/scope.ts'
import { FALSE, TRUE } from '../evaluate/truth.ts'
import { partsOf } from '../language/expression-parts.ts'
import { positionOf, textOf } from '../language/source.ts'
import type { Expression, PathNode } from '../language/syntax.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { withoutSecrets } from './sensitive.ts'

export interface ClauseExplanation {
  /** The clause as written, on one line. */
  readonly text: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** What it comes from when it is no part of the guard: `for agents("sales")`. */
  readonly from?: string
  readonly outcome: 'true' | 'false' | 'error'
  /** Why it is an error. */
  readonly message?: string
  readonly reads: readonly Read[]
}

/** An attribute that a clause reads. Without `value` it is missing. Secrets are not shown. */
export interface Read {
  readonly path: string
  readonly value?: JsonValue
}

/** The parts of a clause that all have to hold. */
export function conjunctsOf(clause: Clause): readonly Clause[] {
  const { node, orders } = clause
  const parts = node.kind === 'and' ? node.operands : [node]
  return parts.map((part) => ({ ...clause, node: part, condition: compileCondition(part, orders) }))
}

export function explainClause(clause: Clause, { attributes }: PolicyRequest): ClauseExplanation {
  const { source, node, from } = clause
  const scope = scopeOf(attributes)
  const truth = evaluate(clause, scope)
  const { line, column } = positionOf(source, node.start)
  const written = textOf(source, node).replaceAll(/\s+/gu, ' ')
  const place = {
    ...{ text: written === '' ? (from ?? '') : written, file: source.file, line, column },
    ...(from === undefined ? {} : { from }),
    reads: readsOf(node, attributes),
  }
  if (truth === TRUE) return { ...place, outcome: 'true' }
  if (truth === FALSE) return { ...place, outcome: 'false' }
  return { ...place, outcome: 'error', message: errorOf(clause, scope).message }
}

function readsOf(node: Expression, attributes: JsonObject): readonly Read[] {
  const reads = new Map<string, Read>()
  for (const found of pathsOf(node)) {
    const path = [found.root, ...found.names].map(({ text }) => text).join('.')
    const value = compilePath(found)(scopeOf(attributes))
    reads.set(
      path,
      typeof value === 'symbol' ? { path } : { path, value: withoutSecrets(path, value) },
    )
  }
  return [...reads.values()]
}

/** Paths into the request; those into the element of a quantifier have no single value. */
function pathsOf(node: Expression): readonly PathNode[] {
  if (node.kind === 'path') return ROOTS.includes(node.root.text) ? [node] : []
  return partsOf(node).flatMap(pathsOf)
}
