import { MAX_CONDITION_PARTS } from '../language/bounds.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import { partsOf } from '../language/expression-parts.ts'
import type { ComparisonNode, Expression } from '../language/syntax.ts'
import { compatibleConditions, compatibleNegations } from './constraints.ts'
import type { Orders } from './orders.ts'

/** Warns of a condition whose outcome no request changes: something else was meant. */
export function checkConstant(
  condition: Expression,
  { orders, diagnostics }: { readonly orders: Orders; readonly diagnostics: Diagnostics },
): void {
  if (countParts(condition) > MAX_CONDITION_PARTS) {
    const message = `a condition has at most ${MAX_CONDITION_PARTS} parts`
    diagnostics.error({ at: condition, message, hint: 'split it into several rules' })
    return
  }
  const outcome = outcomeOf(condition, orders)
  if (outcome === 'never')
    diagnostics.warning({ at: condition, message: 'no request makes this true' })
  if (outcome === 'always')
    diagnostics.warning({ at: condition, message: 'no request makes this false', hint: HINT })
}

const HINT = 'leave the condition out, if that is what is meant'

/** Counted no further than it matters. */
function countParts(node: Expression): number {
  let count = 0
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    count++
    if (count > MAX_CONDITION_PARTS) return count
    open.push(...partsOf(next))
  }
  return count
}

type Outcome = 'always' | 'never' | 'either'

const NOT: Readonly<Record<Outcome, Outcome>> = {
  always: 'never',
  never: 'always',
  either: 'either',
}

function outcomeOf(node: Expression, orders: Orders): Outcome {
  switch (node.kind) {
    case 'literal':
      if (typeof node.value !== 'boolean') return 'either'
      return node.value ? 'always' : 'never'
    case 'not':
      return NOT[outcomeOf(node.operand, orders)]
    case 'and': {
      const outcomes = node.operands.map((operand) => outcomeOf(operand, orders))
      if (outcomes.includes('never')) return 'never'
      if (!compatibleConditions(node.operands, orders)) return 'never'
      return outcomes.includes('either') ? 'either' : 'always'
    }
    case 'or': {
      const outcomes = node.operands.map((operand) => outcomeOf(operand, orders))
      if (outcomes.includes('always')) return 'always'
      if (!compatibleNegations(node.operands, orders)) return 'always'
      return outcomes.includes('either') ? 'either' : 'never'
    }
    case 'comparison':
      return compared(node)
    default:
      return 'either'
  }
}

function compared({ operator, left, right }: ComparisonNode): Outcome {
  if (left.kind !== 'literal' || right.kind !== 'literal') return 'either'
  if (typeof left.value !== typeof right.value) return 'either'
  if (operator === '==') return left.value === right.value ? 'always' : 'never'
  if (operator === '!=') return left.value === right.value ? 'never' : 'always'
  return 'either'
}
