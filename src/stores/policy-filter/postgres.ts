import { sql } from 'kysely'
import { MAX_ELEMENTS } from '../../kernel/policy/language/bounds.ts'
import type { ColumnType, Dialect, Sql, SqlValue } from './sql-value.ts'
import { MISSING } from './sql-value.ts'

/**
 * PostgreSQL ≥ 12. A column that is not of the type it is declared as makes the statement fail,
 * never a test hold. Text compares by `COLLATE "C"`, byte for byte.
 */
export const POSTGRES: Dialect = {
  name: 'postgres',
  unknown: sql`NULL::boolean`,
  noNumber: sql`NULL::float8`,
  text: (value) => sql`${value}::text`,
  number: (value) => sql`${value}::float8`,
  column,
  elements: (json, name) => ({
    from: sql`jsonb_array_elements(${json}) AS ${sql.id(name)}(${sql.id('element')})`,
    element: jsonValue(sql.id(name, 'element')),
  }),
  listLength: (json) => sql`jsonb_array_length(${json})::float8`,
  like: (text, pieces) => sql`(${text} LIKE ${likeOf(pieces)}::text)`,
  startsWith: (text, part) => sql`starts_with(${text}, ${part})`,
  endsWith: (text, part) => sql`(right(${text}, char_length(${part})) = ${part})`,
  length: (text) => sql`(char_length(${text}) +
    char_length(regexp_replace(${text}, ${BASIC}::text, '', 'g')))::float8`,
  maxDegree: 8,
  factor,
  result: (number) => number,
  asNumber: (count) => sql`(${count})::float8`,
}

/** Every character of one UTF-16 unit. */
const BASIC = '[\\u0001-\\uFFFF]'

function likeOf(pieces: readonly string[]): string {
  return pieces.map((piece) => piece.replaceAll(/[%_\\]/gu, '\\$&')).join('%')
}

/**
 * Where JavaScript and SQLite go on with infinity or zero, PostgreSQL fails the statement, and one
 * row could do that to all. So operands stay within bounds under which a result neither overflows
 * nor vanishes: sums of up to 5,000 operands, and products of `degree` of such sums.
 */
function factor(number: Sql, degree: number): Sql {
  const most = sql.lit(10 ** (Math.floor(270 / degree) - 4))
  const least = sql.lit(degree === 1 ? 0 : 10 ** (16 - Math.floor(300 / degree)))
  return sql`CASE WHEN ${number} = 0 THEN 0::float8
    WHEN abs(${number}) BETWEEN ${least}::float8 AND ${most}::float8 THEN ${number} END`
}

function column(name: Sql, type: ColumnType): SqlValue {
  const present = sql`${name} IS NOT NULL`
  const common = { present, member: () => MISSING }
  switch (type) {
    case 'string':
      return { ...common, text: sql`(${name} COLLATE "C")` }
    case 'number': {
      // A cast would read numbers out of text; a sum takes columns of numbers only.
      const number = sql`(${name} + 0::float8)`
      const most = sql`${Number.MAX_VALUE}::float8`
      return { ...common, number: sql`CASE WHEN abs(${number}) <= ${most} THEN ${number} END` }
    }
    case 'boolean':
      return { ...common, boolean: sql`(${name})` }
    case 'json':
      return jsonValue(sql`to_jsonb(${name})`)
  }
}

function jsonValue(json: Sql): SqlValue {
  const is = (type: string) => sql`jsonb_typeof(${json}) = ${sql.lit(type)}`
  const only = (type: string, then: Sql) => sql`CASE WHEN ${is(type)} THEN ${then} END`
  const numeric = sql`(${json})::numeric`
  return {
    text: sql`(${only('string', sql`${json} #>> '{}'`)} COLLATE "C")`,
    // Beyond doubles the cast fails. What is nearly zero is left out for the same reason.
    number: only(
      'number',
      sql`CASE WHEN ${numeric} = 0 THEN 0::float8
        WHEN abs(${numeric}) BETWEEN 1e-300 AND 1.7976931348623157e308
        THEN ${numeric}::float8 END`,
    ),
    boolean: only('boolean', sql`(${json})::boolean`),
    list: {
      kind: 'json',
      json: only(
        'array',
        sql`CASE WHEN jsonb_array_length(${json}) <= ${sql.lit(MAX_ELEMENTS)} THEN ${json} END`,
      ),
    },
    record: sql`COALESCE(${is('object')}, FALSE)`,
    present: sql`COALESCE(jsonb_typeof(${json}) <> 'null', FALSE)`,
    member: (name) => jsonValue(sql`(${json} -> ${name}::text)`),
  }
}
