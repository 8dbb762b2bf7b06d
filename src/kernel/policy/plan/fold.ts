import type { JsonValue } from '../../json/value.ts'
import { evaluateOperand, evaluateResidual } from './evaluate-residual.ts'
import type { Operand, Residual } from './residual.ts'
import { constant } from './simplify.ts'

/** An operand, or nothing where it has no value: every test on it is unknown. */
export type Reduced = Operand | undefined

/** A test on operands; its outcome when all of them are values. */
export function foldTest(test: Residual, operands: readonly Operand[]): Residual {
  return areValues(operands) ? constant(evaluateResidual(test, {})) : test
}

/** A computation on operands; its result when all of them are values. */
export function fold(operand: Operand, operands: readonly Operand[]): Reduced {
  if (!areValues(operands)) return operand
  const value = evaluateOperand(operand, {})
  return value === undefined ? undefined : literal(value)
}

export function literal(value: JsonValue): Operand {
  return { op: 'value', value }
}

/** The outcome of a condition as a value. */
export function truthOf(condition: Residual): Reduced {
  switch (condition.op) {
    case 'true':
    case 'false':
      return literal(condition.op === 'true')
    case 'unknown':
      return undefined
    default:
      return { op: 'truth', of: condition }
  }
}

function areValues(operands: readonly Operand[]): boolean {
  return operands.every(({ op }) => op === 'value')
}
