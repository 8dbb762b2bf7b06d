import { type RawBuilder, sql } from 'kysely'
import type { JsonValue } from '../../kernel/json/value.ts'

/** A piece of SQL. Values in it are parameters, never text. */
export type Sql = RawBuilder<unknown>

/**
 * A value of the database as conditions see it: for each type an expression that is NULL where the
 * value is not of it. Where the expression is absent, no value there can be of that type.
 */
export interface SqlValue {
  readonly text?: Sql
  /** A finite double. */
  readonly number?: Sql
  readonly boolean?: Sql
  readonly list?: SqlList
  /** True where the value is a record. */
  readonly record?: Sql
  /** True or false, never NULL: is there a value, and is it not null? */
  readonly present: Sql
  /** An attribute of the value where it is a record; missing where it is not. */
  member(name: string): SqlValue
}

/** A list in a cell, as JSON, NULL where there is none; or items of its own, if `whole` holds. */
export type SqlList =
  | { readonly kind: 'json'; readonly json: Sql }
  | { readonly kind: 'items'; readonly items: readonly SqlValue[]; readonly whole?: Sql }

export type ColumnType = 'string' | 'number' | 'boolean' | 'json'

/** What the databases do not have in common. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  readonly unknown: Sql
  /** The number that nothing is. */
  readonly noNumber: Sql
  text(value: string): Sql
  number(value: number): Sql
  /** Of a column of a declared type. `column` names it. */
  column(column: Sql, type: ColumnType): SqlValue
  /** The elements of a JSON list as rows. `name` is free for an alias. */
  elements(json: Sql, name: string): { readonly from: Sql; readonly element: SqlValue }
  listLength(json: Sql): Sql
  like(text: Sql, pieces: readonly string[]): Sql
  startsWith(text: Sql, part: Sql): Sql
  endsWith(text: Sql, part: Sql): Sql
  /** In UTF-16 units. */
  length(text: Sql): Sql
  /** How many operands a computation may multiply with one another. */
  readonly maxDegree: number
  /** The operand of a computation that multiplies `degree` of them, where it cannot overflow. */
  factor(number: Sql, degree: number): Sql
  /** The result of a computation, NULL where it is not finite. */
  result(number: Sql): Sql
  /** How many rows there are, as a double. */
  asNumber(count: Sql): Sql
}

export const TRUE: Sql = sql`TRUE`
export const FALSE: Sql = sql`FALSE`

/** Nothing: every test on it is unknown. */
export const MISSING: SqlValue = { present: FALSE, member: () => MISSING }
/** Of any type whatever: for trying whether a test on it can be translated. */
export const ANYTHING: SqlValue = {
  ...{ text: sql`NULL`, number: sql`NULL`, boolean: sql`NULL` },
  ...{ list: { kind: 'json', json: sql`NULL` }, record: FALSE, present: FALSE },
  member: () => ANYTHING,
}
/** Something that is there, of a type that nothing compares with. */
const OPAQUE: SqlValue = { present: TRUE, member: () => MISSING }

/** A value of the residual as parameters. */
export function literalValue(value: JsonValue, dialect: Dialect): SqlValue {
  if (value === null) return MISSING
  if (typeof value === 'boolean') return { ...OPAQUE, boolean: value ? TRUE : FALSE }
  if (typeof value === 'number')
    return Number.isFinite(value) ? { ...OPAQUE, number: dialect.number(value) } : OPAQUE
  if (typeof value === 'string')
    return isStorable(value) ? { ...OPAQUE, text: dialect.text(value) } : OPAQUE
  if (Array.isArray(value)) {
    const items = value.map((item) => literalValue(item, dialect))
    return { ...OPAQUE, list: { kind: 'items', items } }
  }
  const record = new Map(Object.entries(value))
  const member = (name: string) => literalValue(record.get(name) ?? null, dialect)
  return { ...OPAQUE, record: TRUE, member }
}

/**
 * Databases hold text as UTF-8: drivers write half a surrogate pair as U+FFFD, which would then be
 * equal to a U+FFFD that is stored; and PostgreSQL has no NUL. Such a text is unknown instead.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

export function computed(number: Sql): SqlValue {
  return { number, present: sql`(${number}) IS NOT NULL`, member: () => MISSING }
}
