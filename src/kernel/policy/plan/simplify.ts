import { unreachable } from '../../errors.ts'
import type { Outcome } from './outcome.ts'
import type { Residual } from './residual.ts'
import { FALSE, LEFT_OUT, TRUE, UNKNOWN } from './residual.ts'

export function constant(outcome: Outcome): Residual {
  if (outcome === undefined) return UNKNOWN
  return outcome ? TRUE : FALSE
}

export function and(operands: readonly Residual[]): Residual {
  return junction('and', operands)
}

export function or(operands: readonly Residual[]): Residual {
  return junction('or', operands)
}

/** Flat, each operand once, and settled as soon as one operand settles it. */
function junction(op: 'and' | 'or', operands: readonly Residual[]): Residual {
  const [neutral, settling] =
    op === 'and' ? (['true', 'false'] as const) : (['false', 'true'] as const)
  const kept = new Map<string, Residual>()
  for (const operand of operands)
    for (const part of operand.op === op ? operand.of : [operand]) {
      if (part.op === settling) return part
      if (part.op !== neutral) kept.set(textOf(part), part)
    }
  const [first, ...more] = kept.values()
  if (first === undefined) return { op: neutral }
  return more.length === 0 ? first : { op, of: [first, ...more] }
}

/** Texts of residuals that were compared before: they are never changed. */
const TEXTS = new WeakMap<Residual, string>()

/** The same for residuals that are the same. */
function textOf(residual: Residual): string {
  const known = TEXTS.get(residual)
  if (known !== undefined) return known
  const text =
    residual.op === 'and' || residual.op === 'or'
      ? `${residual.op}(${residual.of.map(textOf).join()})`
      : JSON.stringify(residual)
  TEXTS.set(residual, text)
  return text
}

export function not(operand: Residual): Residual {
  switch (operand.op) {
    case 'true':
      return FALSE
    case 'false':
      return TRUE
    case 'unknown':
      return operand
    case 'not':
      return operand.of
    default:
      return { op: 'not', of: operand }
  }
}

export function isTrue(operand: Residual): Residual {
  if (leavesOut(operand)) return LEFT_OUT
  if (operand.op === 'unknown') return FALSE
  return isConstant(operand) || operand.op === 'isTrue' ? operand : { op: 'isTrue', of: operand }
}

/** What was left out may be true: that it is not must not be concluded from its being unknown. */
function leavesOut(residual: Residual): boolean {
  switch (residual.op) {
    case 'unknown':
      return residual.leftOut === true
    case 'and':
    case 'or':
      return residual.of.some(leavesOut)
    case 'not':
    case 'isTrue':
      return leavesOut(residual.of)
    case 'any':
    case 'all':
      return leavesOut(residual.where)
    default:
      return false
  }
}

export function isConstant(residual: Residual): boolean {
  return residual.op === 'true' || residual.op === 'false' || residual.op === 'unknown'
}

/**
 * A condition that is `wanted` exactly when this one is. What it is otherwise may differ, so that
 * what is sure not to come out as wanted falls away: an unknown part, first of all.
 */
export function towards(wanted: boolean, residual: Residual): Residual {
  switch (residual.op) {
    case 'unknown':
      return constant(!wanted)
    case 'and':
      return and(residual.of.map((part) => towards(wanted, part)))
    case 'or':
      return or(residual.of.map((part) => towards(wanted, part)))
    case 'not':
      return not(towards(!wanted, residual.of))
    case 'isTrue':
      // Not true is more than false: only towards true may the connective fall away.
      return wanted ? towards(true, residual.of) : isTrue(towards(true, residual.of))
    case 'any':
    case 'all': {
      const where = towards(wanted, residual.where)
      // No list has an element for which this is true, or for which that is false.
      const hopeless = residual.op === 'any' ? where.op === 'false' : where.op === 'true'
      return hopeless && wanted === (residual.op === 'any') ? where : { ...residual, where }
    }
    case 'true':
    case 'false':
    case 'eq':
    case 'lt':
    case 'le':
    case 'in':
    case 'containsAny':
    case 'containsAll':
    case 'isEmpty':
    case 'startsWith':
    case 'endsWith':
    case 'like':
    case 'during':
    case 'has':
      return residual
    default:
      return unreachable(residual)
  }
}
