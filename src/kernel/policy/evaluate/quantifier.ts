import type { Span } from '../language/source.ts'
import type { Condition, Operand } from './scope.ts'
import { absorb, elementsOf, FAILED, OPEN, truthWithout, visit } from './scope.ts'
import type { Truth } from './truth.ts'
import { and, ERROR, FALSE, not, or, TRUE } from './truth.ts'

interface Quantified {
  readonly list: Operand
  /** The condition on one element, which stands in `scope.elements[depth]`. */
  readonly body: Condition
  readonly depth: number
  readonly at: Span
}

/** `any` is an or over the elements, `all` an and, `none` a negated or: order never matters. */
export function quantifier(kind: 'any' | 'all' | 'none', quantified: Quantified): Condition {
  if (kind === 'none') {
    const any = quantifier('any', quantified)
    return (scope) => not(any(scope))
  }
  const { list, body, depth, at } = quantified
  const combine = kind === 'any' ? or : and
  const settled = kind === 'any' ? TRUE : FALSE
  return (scope) => {
    const mark = scope.failures.length
    const elements = elementsOf(list(scope), scope, at)
    if (typeof elements === 'symbol') return truthWithout(elements)
    let truth: Truth = kind === 'any' ? FALSE : TRUE
    for (const element of elements) {
      const stopped = visit(scope, at, 1)
      if (stopped !== undefined) return truthWithout(stopped)
      scope.elements[depth] = element
      truth = combine(truth, body(scope))
      if (truth === settled) break
    }
    return absorb(scope, mark, truth)
  }
}

/** `count(list)` and `count(list, |x| …)`: one element that is unknown makes the number unknown. */
export function count(quantified: Quantified): Operand {
  const { list, body, depth, at } = quantified
  return (scope) => {
    const elements = elementsOf(list(scope), scope, at)
    if (typeof elements === 'symbol') return elements
    let number = 0
    let open = false
    for (const element of elements) {
      const stopped = visit(scope, at, 1)
      if (stopped !== undefined) return stopped
      scope.elements[depth] = element
      const truth = body(scope)
      if (truth === ERROR) return FAILED
      if (truth === TRUE) number++
      else if (truth !== FALSE) open = true
    }
    return open ? OPEN : number
  }
}
