import { sql } from 'kysely'
import type { JsonValue } from '../../kernel/json/value.ts'
import type { OrderTest } from '../../kernel/policy/plan/residual.ts'
import { negation } from './logic.ts'
import type { Dialect, Sql, SqlValue } from './sql-value.ts'
import { FALSE, isStorable, TRUE } from './sql-value.ts'

const SCALARS = ['text', 'number', 'boolean'] as const

/** Of expressions of which one at the most is not NULL, that one. */
function either(alternatives: readonly Sql[], { unknown }: Dialect): Sql {
  const [first, ...more] = alternatives
  if (first === undefined) return unknown
  return more.length === 0 ? first : sql`COALESCE(${sql.join(alternatives)})`
}

/** Two scalars of one type, NULL otherwise. */
export function equal(a: SqlValue, b: SqlValue, dialect: Dialect): Sql {
  const alternatives = SCALARS.flatMap((type) => {
    const [left, right] = [a[type], b[type]]
    return left === undefined || right === undefined ? [] : [sql`(${left} = ${right})`]
  })
  return either(alternatives, dialect)
}

export function ordered(test: OrderTest, sides: readonly [SqlValue, SqlValue], dialect: Dialect) {
  const [a, b] = sides
  const operator = test.op === 'lt' ? sql`<` : sql`<=`
  const alternatives: Sql[] = []
  if (a.number !== undefined && b.number !== undefined)
    alternatives.push(sql`(${a.number} ${operator} ${b.number})`)
  const { orders = [] } = test
  if (a.text !== undefined && b.text !== undefined && orders.length > 0) {
    const rank = (side: SqlValue, operand: OrderTest['left'], labels: readonly string[]) =>
      operand.op === 'value'
        ? rankOfValue(operand.value, labels, dialect)
        : rankOf(side, labels, dialect)
    const compared = orders.map(
      (labels) => sql`(${rank(a, test.left, labels)} ${operator} ${rank(b, test.right, labels)})`,
    )
    alternatives.push(onlyOne(compared, dialect))
  }
  return either(alternatives, dialect)
}

/** NULL where more than one of them is not: two orders hold both labels. */
function onlyOne(compared: readonly Sql[], dialect: Dialect): Sql {
  if (compared.length < 2) return either(compared, dialect)
  const counts = compared.map((one) => sql`CASE WHEN ${one} IS NULL THEN 0 ELSE 1 END`)
  return sql`CASE WHEN ${sql.join(counts, sql` + `)} = 1 THEN ${either(compared, dialect)} END`
}

function rankOf({ text }: SqlValue, labels: readonly string[], dialect: Dialect): Sql {
  const ranks = labels.flatMap((label, rank) =>
    isStorable(label) ? [sql`WHEN ${dialect.text(label)} THEN ${dialect.number(rank)}`] : [],
  )
  return sql`CASE ${text} ${sql.join(ranks, sql` `)} END`
}

function rankOfValue(value: JsonValue, labels: readonly string[], { number }: Dialect): Sql {
  return number(typeof value === 'string' ? labels.indexOf(value) : -1)
}

/** `item` among known values: equal to one, or of a type that is not that of all. */
export function among(item: SqlValue, values: readonly JsonValue[], dialect: Dialect): Sql {
  if (values.length === 0) return sql`CASE WHEN ${item.present} THEN FALSE END`
  const texts = values.filter((value) => typeof value === 'string' && isStorable(value))
  const numbers = values.filter((value) => typeof value === 'number')
  const groups = [
    { type: item.text, same: texts.map((text) => dialect.text(String(text))) },
    { type: item.number, same: numbers.map((number) => dialect.number(Number(number))) },
    {
      type: item.boolean,
      same: values.flatMap((value) => (value === true ? TRUE : value === false ? FALSE : [])),
    },
  ]
  const alternatives = groups.flatMap(({ type, same }) => {
    if (type === undefined || same.length === 0) return []
    const found = sql`(${type} IN (${sql.join(same)}))`
    return [same.length === values.length ? found : sql`CASE WHEN ${found} THEN TRUE END`]
  })
  return either(alternatives, dialect)
}

/** A test on the elements of a list in a cell: an or over them, in Kleene's logic. */
export function someRow(from: Sql, test: Sql): Sql {
  const found = (where: Sql) => sql`EXISTS (SELECT 1 FROM ${from} WHERE ${where})`
  return sql`CASE WHEN ${found(test)} THEN TRUE WHEN ${found(sql`(${test}) IS NULL`)} THEN NULL
    ELSE FALSE END`
}

export function everyRow(from: Sql, test: Sql): Sql {
  return negation(someRow(from, negation(test)))
}
