import { sql } from 'kysely'
import { MAX_ELEMENTS } from '../../kernel/policy/language/bounds.ts'
import type { ColumnType, Dialect, Sql, SqlValue } from './sql-value.ts'
import { MISSING } from './sql-value.ts'

/**
 * SQLite ≥ 3.38. A cell may hold a value of any type, whatever its column is declared as, so each
 * access looks at the type of the cell. Text compares by `COLLATE BINARY`, whatever is declared.
 */
export const SQLITE: Dialect = {
  name: 'sqlite',
  unknown: sql`NULL`,
  noNumber: sql`NULL`,
  text: (value) => sql`${value}`,
  number: (value) => sql`${value}`,
  column: (column, type) => (type === 'json' ? jsonColumn(column) : scalarColumn(column, type)),
  elements: (json, name) => ({
    from: sql`json_each(${json}) AS ${sql.id(name)}`,
    element: jsonValue((read) => read(sql.id(name, 'type'), sql.id(name, 'value'))),
  }),
  listLength: (json) => sql`json_array_length(${json})`,
  like: (text, pieces) => withoutNul(text, sql`${text} GLOB ${globOf(pieces)}`),
  startsWith: (text, part) => partAt(text, part, sql`1`),
  endsWith: (text, part) =>
    partAt(text, part, sql`length(${bytes(text)}) - length(${bytes(part)}) + 1`),
  length: (text) =>
    withoutNul(
      text,
      sql`CASE WHEN ${text} NOT GLOB ${ASTRAL} THEN length(${text})
        WHEN ${HOLDS_UTF8} THEN length(${twoForAstral(text)}) END`,
    ),
  maxDegree: Number.POSITIVE_INFINITY,
  factor: (number) => number,
  result: (number) => finite(number),
  asNumber: (count) => sql`CAST(${count} AS REAL)`,
}

const ASTRAL = '*[\u{10000}-\u{10FFFF}]*'
const HOLDS_UTF8 = sql`length(CAST('x' AS BLOB)) = 1`

/**
 * Beyond the basic plane a character has two UTF-16 units and SQLite counts one: here another
 * character stands before each. In UTF-8 these begin with a byte that is in no other (RFC 3629
 * section 4), and `replace` goes by bytes.
 */
function twoForAstral(text: Sql): Sql {
  const doubled = (all: Sql, lead: string) =>
    sql`replace(${all}, X'${sql.raw(lead)}', X'78${sql.raw(lead)}')`
  return ['F0', 'F1', 'F2', 'F3', 'F4'].reduce(doubled, text)
}

/** Text functions stop at a NUL as if the text ended there: what follows would go unseen. */
function withoutNul(text: Sql, test: Sql): Sql {
  return sql`CASE WHEN instr(${bytes(text)}, X'00') = 0 THEN ${test} END`
}

/** In bytes, where a NUL ends nothing. Of no bytes at all `substr` is NULL. */
function partAt(text: Sql, part: Sql, start: Sql): Sql {
  const [whole, piece] = [bytes(text), bytes(part)]
  return sql`(length(${whole}) >= length(${piece}) AND (length(${piece}) = 0 OR
    substr(${whole}, ${start}, length(${piece})) = ${piece}))`
}

function bytes(text: Sql): Sql {
  return sql`CAST(${text} AS BLOB)`
}

function globOf(pieces: readonly string[]): string {
  return pieces.map((piece) => piece.replaceAll(/[*?[]/gu, '[$&]')).join('*')
}

function finite(number: Sql): Sql {
  return sql`CASE WHEN abs(${number}) <= ${Number.MAX_VALUE} THEN ${number} END`
}

/** Integers have 64 bits here and doubles elsewhere: everything is compared as a double. */
function double(value: Sql): Sql {
  return sql`CAST(${value} AS REAL)`
}

function scalarColumn(column: Sql, type: ColumnType): SqlValue {
  const kind = sql`typeof(${column})`
  const isNumber = sql`${kind} IN ('integer', 'real')`
  const isTruth = sql`${double(column)} IN (0.0, 1.0)`
  const number = finite(double(column))
  const common = {
    text: sql`CASE WHEN ${kind} = 'text' THEN ${column} END COLLATE BINARY`,
    present: sql`${column} IS NOT NULL`,
    member: () => MISSING,
  }
  if (type !== 'boolean')
    return { ...common, number: sql`CASE WHEN ${isNumber} THEN ${number} END` }
  return {
    ...common,
    boolean: sql`CASE WHEN ${isNumber} AND ${isTruth} THEN ${double(column)} = 1.0 END`,
    number: sql`CASE WHEN ${isNumber} AND NOT ${isTruth} THEN ${number} END`,
  }
}

/** Builds an expression out of the JSON type and the value of something. */
type Read = (make: (type: Sql, value: Sql) => Sql) => Sql

function jsonColumn(column: Sql): SqlValue {
  // The parser, too, stops at a NUL.
  const whole = withoutNul(column, sql`json_valid(${column})`)
  const json = sql`CASE WHEN typeof(${column}) = 'text' AND ${whole} THEN ${column} END`
  const value = jsonValue((make) => make(sql`json_type(${json})`, sql`json_extract(${json}, '$')`))
  // What is no JSON is there, and no test on it holds.
  const isNull = sql`json_type(${json}) = 'null'`
  return { ...value, present: sql`(${column} IS NOT NULL AND (${isNull}) IS NOT TRUE)` }
}

function jsonValue(read: Read): SqlValue {
  const only = (type: string) =>
    read((it, value) => sql`CASE ${it} WHEN ${sql.lit(type)} THEN ${value} END`)
  const length = (list: Sql) => sql`json_array_length(${list})`
  const list = read(
    (type, value) =>
      sql`CASE WHEN ${type} = 'array' THEN
        CASE WHEN ${length(value)} <= ${sql.lit(MAX_ELEMENTS)} THEN ${value} END END`,
  )
  return {
    text: sql`${only('text')} COLLATE BINARY`,
    number: read(
      (type, value) =>
        sql`CASE WHEN ${type} IN ('integer', 'real') THEN ${finite(double(value))} END`,
    ),
    boolean: read((type) => sql`CASE ${type} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`),
    list: { kind: 'json', json: list },
    record: sql`COALESCE(${read((type) => sql`${type} = 'object'`)}, FALSE)`,
    present: sql`COALESCE(${read((type) => sql`${type} <> 'null'`)}, FALSE)`,
    member: (name) => jsonValue(memberOf(only('object'), name)),
  }
}

/** Of members of one name the last counts, as in `JSON.parse`: `json_extract` takes the first. */
function memberOf(record: Sql, name: string): Read {
  return (make) => {
    const value = make(sql.id('policy_member', 'type'), sql.id('policy_member', 'value'))
    return sql`(SELECT ${value} FROM json_each(${record}) AS "policy_member"
      WHERE "policy_member"."key" = ${name} ORDER BY "policy_member"."id" DESC LIMIT 1)`
  }
}
