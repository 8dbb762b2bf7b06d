import type { JsonValue } from '../../json/value.ts'
import { MAX_ELEMENTS } from '../language/bounds.ts'
import type { OrderTest } from './residual.ts'

/** What a condition comes out as; `undefined` is unknown. */
export type Outcome = boolean | undefined

/** A value that was read; `undefined` has none: it is missing, null, or could not be computed. */
export type Read = JsonValue | undefined

export function not(outcome: Outcome): Outcome {
  return outcome === undefined ? undefined : !outcome
}

/** Kleene's or: one that is true settles it, whatever is unknown. */
export function some<T>(items: Iterable<T>, test: (item: T) => Outcome): Outcome {
  let outcome: Outcome = false
  for (const item of items) {
    const one = test(item)
    if (one === true) return true
    if (one === undefined) outcome = undefined
  }
  return outcome
}

export function every<T>(items: Iterable<T>, test: (item: T) => Outcome): Outcome {
  return not(some(items, (item) => not(test(item))))
}

/** Equality of two scalars of one type. Everything else is unknown, never false. */
export function same(a: Read, b: Read): Outcome {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b
  return isNumber(a) && isNumber(b) ? a === b : undefined
}

export function ordered({ op, orders = [] }: OrderTest, a: Read, b: Read): Outcome {
  const difference = isNumber(a) && isNumber(b) ? a - b : labelDifference(a, b, orders)
  if (difference === undefined) return undefined
  return op === 'lt' ? difference < 0 : difference <= 0
}

function labelDifference(a: Read, b: Read, orders: readonly (readonly string[])[]) {
  if (typeof a !== 'string' || typeof b !== 'string') return undefined
  const [order, ...more] = orders.filter((labels) => labels.includes(a) && labels.includes(b))
  return order === undefined || more.length > 0 ? undefined : order.indexOf(a) - order.indexOf(b)
}

export function isNumber(value: Read): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** The elements of a list within the bound; of anything else there are none to look at. */
export function elementsOf(value: Read): readonly JsonValue[] | undefined {
  return Array.isArray(value) && value.length <= MAX_ELEMENTS ? value : undefined
}
