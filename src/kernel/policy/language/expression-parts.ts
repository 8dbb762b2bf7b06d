import { unreachable } from '../../errors.ts'
import type { Expression } from './syntax.ts'

const NONE: readonly Expression[] = Object.freeze([])

/** The expressions directly inside an expression, in the order of the text. */
export function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'path':
      return NONE
    case 'list':
      return node.items
    case 'not':
      return [node.operand]
    case 'and':
    case 'or':
      return node.operands
    case 'comparison':
      return [node.left, node.right]
    case 'in':
      return [node.item, node.list]
    case 'has':
    case 'like':
    case 'during':
      return [node.subject]
    case 'arithmetic':
      return [node.first, ...node.rest.map(({ operand }) => operand)]
    case 'method':
      return [node.receiver, ...node.args]
    case 'call':
      return node.args
    case 'lambda':
      return [node.body]
    default:
      return unreachable(node)
  }
}
