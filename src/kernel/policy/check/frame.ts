import type { Expression, PathNode } from '../language/syntax.ts'
import type { Type } from './types.ts'

/** What is known where an expression stands. */
export interface Frame {
  /** Names that quantifiers around it have given to their elements. */
  readonly elements: ReadonlyMap<string, Type>
  /** Paths that a `has` beside it speaks for. */
  readonly present: ReadonlySet<string>
}

export const OUTERMOST: Frame = { elements: new Map(), present: new Set() }

/**
 * Within a chain every operand may rely on what a `has` in it says: of `a has b && a.b`, and of
 * `!(a has b) || a.b`, the second is only looked at for its outcome when the first does not settle.
 */
export function withPresence(
  frame: Frame,
  kind: 'and' | 'or',
  operands: readonly Expression[],
): Frame {
  const found = operands.flatMap((operand) => presentIn(operand, kind))
  return found.length === 0 ? frame : { ...frame, present: new Set([...frame.present, ...found]) }
}

function presentIn(node: Expression, kind: 'and' | 'or'): readonly string[] {
  if (node.kind === kind) return node.operands.flatMap((operand) => presentIn(operand, kind))
  const test = kind === 'and' ? node : node.kind === 'not' ? node.operand : undefined
  if (test?.kind !== 'has' || test.subject.kind !== 'path') return []
  return pathsTo({ ...test.subject, names: [...test.subject.names, ...test.names] })
}

/** A path and every path on the way to it. */
function pathsTo({ root, names }: PathNode): readonly string[] {
  let path = root.text
  return names.map(({ text }) => {
    path = `${path}.${text}`
    return path
  })
}
