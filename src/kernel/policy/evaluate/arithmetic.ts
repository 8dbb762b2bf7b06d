import { unreachable } from '../../errors.ts'
import type { Span } from '../language/source.ts'
import type { ArithmeticOperator } from '../language/syntax.ts'
import type { Operand, Scope, Value } from './scope.ts'
import { FAILED, fail, OPEN, typeName } from './scope.ts'

interface Step {
  readonly operator: ArithmeticOperator
  readonly operand: Operand
}

/** A chain of one precedence, from the left. The result is a finite number or a failure. */
export function arithmetic(first: Operand, rest: readonly Step[], at: Span): Operand {
  const steps: readonly Step[] = [{ operator: '+', operand: first }, ...rest]
  return (scope) => {
    let open = false
    let sum = 0
    for (const { operator, operand } of steps) {
      const value = number(operand(scope), scope, at)
      if (value === FAILED) return FAILED
      if (value === OPEN) open = true
      else sum = applied(sum, operator, value)
    }
    if (open) return OPEN
    return Number.isFinite(sum) ? sum : fail(scope, at, 'result is too large for a number')
  }
}

function applied(left: number, operator: ArithmeticOperator, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    default:
      return unreachable(operator)
  }
}

function number(value: Value, scope: Scope, at: Span): number | typeof FAILED | typeof OPEN {
  if (typeof value === 'symbol' || (typeof value === 'number' && Number.isFinite(value)))
    return value
  return fail(scope, at, `expected a number, found ${typeName(value)}`)
}
