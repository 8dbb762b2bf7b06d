import { unreachable } from '../../errors.ts'
import type { Operand, Residual } from './residual.ts'

const OPERATORS = { eq: '==', lt: '<', le: '<=', add: '+', sub: '-', mul: '*' } as const

/** A residual in the words of conditions, for people: `data.owner == "ann" || data.level <= 3`. */
export function renderResidual(node: Residual): string {
  switch (node.op) {
    case 'true':
    case 'false':
    case 'unknown':
      return node.op
    case 'and':
      return node.of.map(grouped).join(' && ')
    case 'or':
      return node.of.map(grouped).join(' || ')
    case 'not':
      return negated(node.of)
    case 'isTrue':
      return `isTrue(${renderResidual(node.of)})`
    case 'eq':
      if (node.right.op === 'value' && node.right.value === true) return renderOperand(node.left)
      return binary(OPERATORS.eq, node.left, node.right)
    case 'lt':
    case 'le':
      return binary(OPERATORS[node.op], node.left, node.right)
    case 'in':
      return binary('in', node.item, node.list)
    case 'containsAny':
    case 'containsAll':
      return `${renderOperand(node.list)}.${node.op}(${renderOperand(node.items)})`
    case 'isEmpty':
      return `${renderOperand(node.list)}.isEmpty()`
    case 'startsWith':
    case 'endsWith':
      return `${renderOperand(node.text)}.${node.op}(${renderOperand(node.part)})`
    case 'like':
      return `${renderOperand(node.text)} like ${JSON.stringify(node.pattern)}`
    case 'during':
      return `${renderOperand(node.time)} during ${JSON.stringify(node.window)}`
    case 'has':
      return `${renderOperand(node.of)} has ${node.names.join('.')}`
    case 'any':
    case 'all':
      return `${node.op}(${renderOperand(node.list)}, |${node.as}| ${renderResidual(node.where)})`
    default:
      return unreachable(node)
  }
}

function negated(node: Residual): string {
  if (node.op !== 'eq' || (node.right.op === 'value' && node.right.value === true))
    return `!(${renderResidual(node)})`
  return binary('!=', node.left, node.right)
}

function grouped(node: Residual): string {
  const text = renderResidual(node)
  return node.op === 'and' || node.op === 'or' ? `(${text})` : text
}

function binary(operator: string, left: Operand, right: Operand): string {
  return `${renderOperand(left)} ${operator} ${renderOperand(right)}`
}

function renderOperand(node: Operand): string {
  switch (node.op) {
    case 'value':
      return JSON.stringify(node.value)
    case 'attribute':
      return node.path.join('.')
    case 'element':
      return [node.name, ...node.path].join('.')
    case 'add':
    case 'sub':
    case 'mul':
      return `(${binary(OPERATORS[node.op], node.left, node.right)})`
    case 'count': {
      const { list, filter } = node
      const where = filter === undefined ? '' : `, |${filter.as}| ${renderResidual(filter.where)}`
      return `count(${renderOperand(list)}${where})`
    }
    case 'length':
      return `${renderOperand(node.of)}.length()`
    case 'list':
      return `[${node.of.map(renderOperand).join(', ')}]`
    case 'truth':
      return `(${renderResidual(node.of)})`
    default:
      return unreachable(node)
  }
}
