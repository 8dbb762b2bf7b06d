import type { JsonValue } from '../../json/value.ts'

/**
 * What is left of a policy when a part of the request is not known: a condition on that part alone,
 * as plain JSON. `docs/spec/policy-filters.md` is its specification, for those who translate it.
 *
 * It has three outcomes (true, false, unknown) and Kleene's logic, as conditions of policies have:
 * what is missing is unknown, and so is every test on a value whose type does not fit.
 */
export type Residual =
  | { readonly op: 'true' | 'false' }
  | { readonly op: 'unknown'; readonly leftOut?: true }
  | { readonly op: 'and' | 'or'; readonly of: readonly Residual[] }
  | { readonly op: 'not'; readonly of: Residual }
  /** True when `of` is true, and otherwise false: the one connective that is never unknown. */
  | { readonly op: 'isTrue'; readonly of: Residual }
  /** Two strings, two numbers or two booleans that are equal. */
  | { readonly op: 'eq'; readonly left: Operand; readonly right: Operand }
  | OrderTest
  /** Some element of `list` equals `item`. */
  | { readonly op: 'in'; readonly item: Operand; readonly list: Operand }
  | {
      readonly op: 'containsAny' | 'containsAll'
      readonly list: Operand
      readonly items: Operand
    }
  | { readonly op: 'isEmpty'; readonly list: Operand }
  | { readonly op: 'startsWith' | 'endsWith'; readonly text: Operand; readonly part: Operand }
  /** `*` is any stretch, a backslash makes the next star or backslash plain. */
  | { readonly op: 'like'; readonly text: Operand; readonly pattern: string }
  | { readonly op: 'during'; readonly time: Operand; readonly window: string }
  /** False when a name on the way is missing or null; unknown when something there is no record. */
  | { readonly op: 'has'; readonly of: Operand; readonly names: readonly string[] }
  | QuantifierTest

/** Numbers; or two labels that exactly one of `orders` holds, lowest label first. */
export interface OrderTest {
  readonly op: 'lt' | 'le'
  readonly left: Operand
  readonly right: Operand
  /** Absent: only numbers compare. */
  readonly orders?: readonly (readonly string[])[]
}

/** `where` holds for some element of the list, or for all; the element is known in it as `as`. */
export interface QuantifierTest {
  readonly op: 'any' | 'all'
  readonly list: Operand
  readonly as: string
  readonly where: Residual
}

export type Operand =
  | { readonly op: 'value'; readonly value: JsonValue }
  /** `["data", "owner"]`: an attribute of what was not known. */
  | { readonly op: 'attribute'; readonly path: readonly string[] }
  /** The element that the quantifier of this name has at hand, or an attribute of it. */
  | { readonly op: 'element'; readonly name: string; readonly path: readonly string[] }
  /** Doubles. What is not finite in the end is unknown. */
  | { readonly op: 'add' | 'sub' | 'mul'; readonly left: Operand; readonly right: Operand }
  /** Unknown when one element is. Without `where` the length of the list. */
  | {
      readonly op: 'count'
      readonly list: Operand
      readonly filter?: { readonly as: string; readonly where: Residual }
    }
  /** Of a string in UTF-16 units, or of a list. */
  | { readonly op: 'length'; readonly of: Operand }
  /** A list of its own. Unknown when one of its items is. */
  | { readonly op: 'list'; readonly of: readonly Operand[] }
  /** The outcome of a condition as a boolean. */
  | { readonly op: 'truth'; readonly of: Residual }

export const TRUE: Residual = { op: 'true' }
export const FALSE: Residual = { op: 'false' }
export const UNKNOWN: Residual = { op: 'unknown' }
/** Could be anything, because it was not worked out. It is gone when a plan is finished. */
export const LEFT_OUT: Residual = { op: 'unknown', leftOut: true }

/**
 * Nodes of one residual, with the items of its lists and the labels of its orders. A clause that
 * needs more is left out; where all clauses together do, nothing is permitted.
 */
export const MAX_RESIDUAL_SIZE = 5_000
