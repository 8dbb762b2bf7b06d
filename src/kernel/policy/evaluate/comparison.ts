import type { JsonValue } from '../../json/value.ts'
import type { Orders } from '../check/orders.ts'
import type { Span } from '../language/source.ts'
import type { ComparisonOperator } from '../language/syntax.ts'
import type { Condition, Operand, Scope, Value } from './scope.ts'
import { FAILED, fail, typeName } from './scope.ts'
import type { Truth } from './truth.ts'
import { ANY, ERROR, FALSE, not, TRUE, truthOf } from './truth.ts'

/** `==` on values of one type; of different types it is an error, never false. */
export function equality(left: Operand, right: Operand, at: Span): Condition {
  return (scope) => {
    const a = left(scope)
    const b = right(scope)
    if (typeof a === 'symbol' || typeof b === 'symbol') return without(a, b)
    const truth = sameScalar(a, b)
    if (truth === ERROR) fail(scope, at, mismatch('compare', a, b))
    return truth
  }
}

export function inequality(left: Operand, right: Operand, at: Span): Condition {
  const equal = equality(left, right, at)
  return (scope) => not(equal(scope))
}

/** `<` and its kin: numbers, or labels of one declared order. */
export function ordering(
  operator: Exclude<ComparisonOperator, '==' | '!='>,
  operands: { readonly left: Operand; readonly right: Operand; readonly at: Span },
  orders: Orders,
): Condition {
  const { left, right, at } = operands
  const holds = ORDERINGS[operator]
  return (scope) => {
    const a = left(scope)
    const b = right(scope)
    if (typeof a === 'symbol' || typeof b === 'symbol') return without(a, b)
    const difference = differenceOf(a, b, { scope, at, orders })
    return difference === undefined ? ERROR : truthOf(holds(difference))
  }
}

const ORDERINGS = {
  '<': (difference: number) => difference < 0,
  '<=': (difference: number) => difference <= 0,
  '>': (difference: number) => difference > 0,
  '>=': (difference: number) => difference >= 0,
}

interface Comparing {
  readonly scope: Scope
  readonly at: Span
  readonly orders: Orders
}

function differenceOf(a: JsonValue, b: JsonValue, { scope, at, orders }: Comparing) {
  if (isFiniteNumber(a) && isFiniteNumber(b)) return a - b
  if (typeof a !== 'string' || typeof b !== 'string') {
    fail(scope, at, mismatch('order', a, b))
    return undefined
  }
  const difference = orders.compare(a, b)
  if (difference === undefined) fail(scope, at, 'no single declared order holds both labels')
  return difference
}

/** Equality of two scalars of one type; `ERROR` for anything else. */
export function sameScalar(a: JsonValue, b: JsonValue): Truth {
  if (typeof a === 'string' && typeof b === 'string') return a === b ? TRUE : FALSE
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b ? TRUE : FALSE
  if (isFiniteNumber(a) && isFiniteNumber(b)) return a === b ? TRUE : FALSE
  return ERROR
}

export function isFiniteNumber(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** The outcome when an operand has no value: a sure failure outweighs an open operand. */
export function without(a: Value, b: Value): Truth {
  return a === FAILED || b === FAILED ? ERROR : ANY
}

function mismatch(verb: string, a: JsonValue, b: JsonValue): string {
  const [left, right] = [typeName(a), typeName(b)]
  return left === right ? `cannot ${verb} ${left}` : `cannot ${verb} ${left} with ${right}`
}
