import { partsOf } from '../../policy/language/expression-parts.ts'
import type { Source } from '../../policy/language/source.ts'
import { textOf } from '../../policy/language/source.ts'
import type {
  ComparisonNode,
  ComparisonOperator,
  Expression,
  JunctionNode,
  Literal,
} from '../../policy/language/syntax.ts'
import type { Edit } from './mutant.ts'

/** Labels by order, lowest first. */
export type LabelOrders = readonly (readonly string[])[]

/** All mistakes in a condition and in what it consists of. */
export function* conditionEdits(
  node: Expression,
  source: Source,
  orders: LabelOrders,
): Generator<Edit> {
  switch (node.kind) {
    case 'comparison':
      yield otherComparison(node, source)
      break
    case 'and':
    case 'or':
      yield otherJunction(node, source)
      yield* withoutOperands(node)
      break
    case 'literal':
      yield* otherLiterals(node, source, orders)
      break
    default:
  }
  for (const part of partsOf(node)) yield* conditionEdits(part, source, orders)
}

const OTHER_COMPARISON: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
}

function otherComparison({ operator, left, right }: ComparisonNode, source: Source): Edit {
  const other = OTHER_COMPARISON[operator]
  const between = textOf(source, { start: left.end, end: right.start })
  return {
    ...{ start: left.end, end: right.start, what: `\`${operator}\` becomes \`${other}\`` },
    replacement: between.replace(operator, other),
  }
}

/** A chain becomes one of the other kind as a whole: half of it would bind in another way. */
function otherJunction({ kind, operands, start, end }: JunctionNode, source: Source): Edit {
  const [from, to] = kind === 'and' ? ['&&', '||'] : ['||', '&&']
  let replacement = ''
  let at = start
  for (const operand of operands) {
    const between = source.text.slice(at, operand.start)
    replacement += (at === start ? between : between.replace(from, to)) + textOf(source, operand)
    at = operand.end
  }
  const rest = source.text.slice(at, end)
  return { start, end, replacement: replacement + rest, what: `\`${from}\` becomes \`${to}\`` }
}

/** Without one of its operands a chain is as with what changes nothing in its place. */
function* withoutOperands({ kind, operands }: JunctionNode): Generator<Edit> {
  const neutral = kind === 'and' ? 'true' : 'false'
  const what = kind === 'and' ? 'leave out a condition' : 'leave out an alternative'
  for (const { start, end } of operands) yield { start, end, replacement: neutral, what }
}

function* otherLiterals(node: Literal, source: Source, orders: LabelOrders): Generator<Edit> {
  const { value, start, end } = node
  if (typeof value === 'boolean') {
    const other = String(!value)
    yield { start, end, replacement: other, what: `\`${value}\` becomes \`${other}\`` }
  }
  if (typeof value === 'string')
    for (const label of neighboursOf(value, orders)) {
      const replacement = JSON.stringify(label)
      yield { start, end, replacement, what: `label \`${value}\` becomes \`${label}\`` }
    }
  if (typeof value !== 'number') return
  const text = textOf(source, node)
  for (const step of [1, -1]) {
    const replacement = text.replace(/\d+/u, (digits) => String(Number(digits) + step))
    if (replacement.includes('--') || /(^|\D)-1$/u.test(replacement)) continue
    yield { start, end, replacement, what: `\`${text}\` becomes \`${replacement}\`` }
  }
}

/** The labels next to it, in every order that holds it. */
function neighboursOf(label: string, orders: LabelOrders): readonly string[] {
  const found = orders.flatMap((labels) => {
    const at = labels.indexOf(label)
    return at === -1 ? [] : [labels[at - 1], labels[at + 1]]
  })
  return [...new Set(found.filter((it) => it !== undefined))]
}
