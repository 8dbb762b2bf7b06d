import type { JsonValue } from '../../json/value.ts'
import type { Span } from '../language/source.ts'
import { sameScalar, without } from './comparison.ts'
import type { Condition, FAILED, OPEN, Operand, Scope, Value } from './scope.ts'
import { absorb, elementsOf, fail, truthWithout, typeName, visit } from './scope.ts'
import type { Truth } from './truth.ts'
import { and, ERROR, FALSE, or, TRUE, truthOf } from './truth.ts'

/** `item in list` and `list.contains(item)`: an or of `==` over the elements. */
export function contains(list: Operand, item: Operand, at: Span): Condition {
  const find = search(at)
  return (scope) => {
    const elements = elementsOf(list(scope), scope, at)
    const sought = item(scope)
    if (typeof elements === 'symbol' || typeof sought === 'symbol') return without(elements, sought)
    return find(elements, sought, scope)
  }
}

/** `a.containsAny(b)`: an or of `contains` over `b`; `a.containsAll(b)`: an and. */
export function containsEach(
  kind: 'any' | 'all',
  operands: { readonly list: Operand; readonly items: Operand; readonly at: Span },
): Condition {
  const { list, items, at } = operands
  const combine = kind === 'any' ? or : and
  const settled = kind === 'any' ? TRUE : FALSE
  const find = search(at)
  return (scope) => {
    const elements = elementsOf(list(scope), scope, at)
    const sought = elementsOf(items(scope), scope, at)
    if (typeof elements === 'symbol' || typeof sought === 'symbol') return without(elements, sought)
    const mark = scope.failures.length
    let truth: Truth = kind === 'any' ? FALSE : TRUE
    for (const item of sought) {
      truth = combine(truth, find(elements, item, scope))
      if (truth === settled) break
    }
    return absorb(scope, mark, truth)
  }
}

export function isEmpty(list: Operand, at: Span): Condition {
  return (scope) => {
    const elements = elementsOf(list(scope), scope, at)
    return typeof elements === 'symbol' ? truthWithout(elements) : truthOf(elements.length === 0)
  }
}

/** How many elements a list has, or UTF-16 units a text. */
export function length(sized: Operand, at: Span): Operand {
  return (scope) => {
    const value = sized(scope)
    if (typeof value === 'string') return value.length
    const elements = elementsOf(value, scope, at)
    return typeof elements === 'symbol' ? elements : elements.length
  }
}

/** `startsWith`, `endsWith`: a test on two texts. */
export function textTest(
  test: (text: string, part: string) => boolean,
  operands: { readonly text: Operand; readonly part: Operand; readonly at: Span },
): Condition {
  const { text, part, at } = operands
  return (scope) => {
    const whole = asText(text(scope), scope, at)
    const piece = asText(part(scope), scope, at)
    if (typeof whole === 'symbol' || typeof piece === 'symbol') return without(whole, piece)
    return truthOf(test(whole, piece))
  }
}

/** `like`: a test on one text. */
export function matching(test: (text: string) => boolean, text: Operand, at: Span): Condition {
  return (scope) => {
    const whole = asText(text(scope), scope, at)
    return typeof whole === 'symbol' ? truthWithout(whole) : truthOf(test(whole))
  }
}

type Search = (elements: readonly JsonValue[], sought: JsonValue, scope: Scope) => Truth

/** An element that cannot be compared leaves the answer unknown, unless another one is equal. */
function search(at: Span): Search {
  return (elements, sought, scope) => {
    const stopped = visit(scope, at, elements.length)
    if (stopped !== undefined) return truthWithout(stopped)
    let misfit: JsonValue | undefined
    for (const element of elements) {
      const truth = sameScalar(element, sought)
      if (truth === TRUE) return TRUE
      if (truth === ERROR) misfit = element
    }
    if (misfit === undefined) return FALSE
    fail(scope, at, `cannot look for ${typeName(sought)} in a list that holds ${typeName(misfit)}`)
    return ERROR
  }
}

function asText(value: Value, scope: Scope, at: Span): string | typeof FAILED | typeof OPEN {
  if (typeof value === 'string' || typeof value === 'symbol') return value
  return fail(scope, at, `expected a string, found ${typeName(value)}`)
}
