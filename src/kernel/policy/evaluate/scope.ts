import type { JsonObject, JsonValue } from '../../json/value.ts'
import { MAX_ELEMENTS, MAX_FAILURES, MAX_VISITS } from '../language/bounds.ts'
import type { Span } from '../language/source.ts'
import type { AttributeTable } from './attribute-table.ts'
import type { Truth } from './truth.ts'
import { ANY, ERROR } from './truth.ts'

/** An operand that has no value: the reason is among the scope's failures. */
export const FAILED = Symbol('failed')
/** An operand that could be anything, a failure too: it depends on what is left open. */
export const OPEN = Symbol('open')

export type Value = JsonValue | typeof FAILED | typeof OPEN

/** There is no such attribute. */
export const ABSENT = Symbol('absent')

/** What was found where an attribute would be. */
export type Read = JsonValue | typeof ABSENT | typeof OPEN

/** A compiled expression that yields a value. */
export type Operand = (scope: Scope) => Value
/** A compiled expression that yields a truth. */
export type Condition = (scope: Scope) => Truth

/** Why an expression could not be evaluated. Names and types, never values: receipts keep it. */
export interface Failure {
  readonly at: Span
  readonly message: string
}

/** What is read by the slots of one table. Conditions of another table look up afresh. */
export interface Reads {
  readonly table: AttributeTable
  read(slot: number): Read
}

/**
 * What one evaluation reads and what it has met. `failures` holds only those that no `false &&` or
 * `true ||` has absorbed, so after an evaluation that came out as `ERROR` it is not empty.
 */
export interface Scope {
  readonly attributes: JsonObject
  /** The root that is left open, if any. */
  readonly open: string | undefined
  /** What has been read of the request, so that each attribute is looked up once. */
  readonly reads?: Reads
  /** Elements at hand, by depth of quantifier. */
  readonly elements: JsonValue[]
  readonly failures: Failure[]
  visits: number
}

export function scopeOf(attributes: JsonObject, open?: string): Scope {
  return { attributes, open, elements: [], failures: [], visits: 0 }
}

/** Begins another condition: its errors and its cost are its own, so that order never matters. */
export function begin(scope: Scope): void {
  if (scope.failures.length > 0) scope.failures.length = 0
  scope.visits = 0
}

export function fail(scope: Scope, at: Span, message: string): typeof FAILED {
  if (scope.failures.length < MAX_FAILURES) scope.failures.push({ at, message })
  return FAILED
}

/** Forgets the failures since `mark` when what they belong to came out without an error. */
export function absorb(scope: Scope, mark: number, truth: Truth): Truth {
  if ((truth & ERROR) === 0 && scope.failures.length > mark) scope.failures.length = mark
  return truth
}

/** The truth of a test on a value that is `FAILED` or `OPEN`. */
export function truthWithout(value: typeof FAILED | typeof OPEN): Truth {
  return value === OPEN ? ANY : ERROR
}

/** The elements of a list within the bounds; anything else is a failure. */
export function elementsOf(
  value: Value,
  scope: Scope,
  at: Span,
): readonly JsonValue[] | typeof FAILED | typeof OPEN {
  if (typeof value === 'symbol') return value
  if (!Array.isArray(value)) return fail(scope, at, `expected a list, found ${typeName(value)}`)
  if (value.length > MAX_ELEMENTS)
    return fail(scope, at, `list has more than ${MAX_ELEMENTS} elements`)
  return value
}

/**
 * Counts elements looked at. Past the bound the condition fails; with something left open it could
 * have stopped before that, so there it is open.
 */
export function visit(
  scope: Scope,
  at: Span,
  count: number,
): typeof FAILED | typeof OPEN | undefined {
  scope.visits += count
  if (scope.visits <= MAX_VISITS) return undefined
  if (scope.open !== undefined) return OPEN
  return fail(scope, at, `looks at more than ${MAX_VISITS} elements`)
}

/** A type as messages name it. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a record' : `a ${typeof value}`
}
