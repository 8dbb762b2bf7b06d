import { MAX_ELEMENTS } from '../language/bounds.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { Expression } from '../language/syntax.ts'
import { below } from './evaluate-residual.ts'
import type { Known } from './known.ts'
import { isPartlyUnknown, isUnknown } from './known.ts'

/**
 * How many elements a condition looks at, at the most. Deciding stops at a bound; a condition that
 * could pass it for some thing has no residual that is exact.
 */
export function visitsOf(node: Expression, known: Known): number {
  switch (node.kind) {
    case 'in':
      return elementsIn(node.list, known) + inside(node, known)
    case 'method': {
      const held = elementsIn(node.receiver, known)
      const [argument] = node.args
      const { text } = node.name
      const each = text === 'containsAny' || text === 'containsAll'
      const sought = each && argument !== undefined ? elementsIn(argument, known) : 1
      return (each || text === 'contains' ? held * sought : 0) + inside(node, known)
    }
    case 'call': {
      const [list, lambda] = node.args
      if (list === undefined) return 0
      const body = lambda === undefined ? 0 : visitsOf(lambda, known)
      return elementsIn(list, known) * (1 + body) + visitsOf(list, known)
    }
    default:
      return inside(node, known)
  }
}

function inside(node: Expression, known: Known): number {
  return partsOf(node).reduce((sum, part) => sum + visitsOf(part, known), 0)
}

function elementsIn(list: Expression, known: Known): number {
  if (list.kind === 'list') return list.items.length
  if (list.kind !== 'path') return MAX_ELEMENTS
  const path = [list.root.text, ...list.names.map(({ text }) => text)]
  if (isUnknown(path, known) || isPartlyUnknown(path, known)) return MAX_ELEMENTS
  const value = below(known.attributes, path)
  // An element of a quantifier has no value here: it may be a list of any length.
  if (Object.hasOwn(known.attributes, list.root.text))
    return Array.isArray(value) ? value.length : 0
  return MAX_ELEMENTS
}
