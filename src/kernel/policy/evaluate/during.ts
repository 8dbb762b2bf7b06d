import type { DuringNode } from '../language/syntax.ts'
import { parseTimeWindow, timeWindowTest } from '../language/time-window.ts'
import { isFiniteNumber } from './comparison.ts'
import type { Condition, Operand } from './scope.ts'
import { fail, truthWithout, typeName } from './scope.ts'
import { ERROR, truthOf } from './truth.ts'

/** `context.time during "Mon-Fri 09:00-17:30 Europe/Vienna"`: a time in ms since the epoch. */
export function during(subject: Operand, node: DuringNode): Condition {
  const window = parseTimeWindow(node.window)
  const test = typeof window === 'string' ? undefined : timeWindowTest(window)
  return (scope) => {
    const time = subject(scope)
    if (typeof time === 'symbol') return truthWithout(time)
    const within = isFiniteNumber(time) ? test?.(time) : undefined
    if (within !== undefined) return truthOf(within)
    fail(scope, node, `expected a time in milliseconds, found ${typeName(time)}`)
    return ERROR
  }
}
