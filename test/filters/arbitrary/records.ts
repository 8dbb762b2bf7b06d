import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'

const TEXTS = ['', 'x', 'X', '1', 'abc', 'a%_b', 'aXb', 'x]?', '*', '[x]?', 'public', 'secret']
const SCALARS = [0, 1, 2, 1.5, -3, true, false, ...TEXTS, 'small', 'internal', '😀', 'é']

export const scalarValue: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(...SCALARS)
const elementValue: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 6, arbitrary: scalarValue },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>(null, { c: 'x' }, { c: null }, [1], {}) },
)
export const listValue: fc.Arbitrary<JsonValue> = fc.array(elementValue, { maxLength: 4 })

const anything: fc.Arbitrary<JsonValue> = fc.oneof(scalarValue, listValue, elementValue)

/** Mostly of the type it should be; sometimes null, or of another. */
function mostly(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc.oneof(
    { weight: 8, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: anything },
  )
}

const text = fc.constantFrom<JsonValue>(...TEXTS)
const number = fc.constantFrom<JsonValue>(0, 1, 2, 1.5, -3)
const tags = fc.array(fc.constantFrom(...TEXTS), { maxLength: 3 })

/** A record as JSON, with attributes that are missing or of a wrong type. */
export const record: fc.Arbitrary<JsonObject> = fc.record(
  {
    a: mostly(text),
    n: mostly(number),
    flag: mostly(fc.boolean()),
    list: mostly(listValue),
    tags: mostly(tags),
    deep: mostly(fc.record({ c: mostly(scalarValue) }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
)

/** Cells of SQLite, which has no types of columns: what a record may hold, and what none may. */
export type Cell = null | number | string | Uint8Array

const stray: readonly Cell[] = [
  ...[null, 0, 1, 2, 'x', '{', new Uint8Array([1]), Number.POSITIVE_INFINITY, 2 ** 53, '1'],
  ...['{"c":1,"c":"x"}', '"x"', 'null', '[1,[2]]'],
]

function cell(value: fc.Arbitrary<JsonValue>, more: readonly Cell[] = []): fc.Arbitrary<Cell> {
  const written = value.map((it) => {
    if (typeof it === 'boolean') return Number(it)
    return typeof it === 'object' && it !== null ? JSON.stringify(it) : it
  })
  const strayed = fc.constantFrom(...stray, ...more)
  return fc.oneof({ weight: 8, arbitrary: written }, { weight: 2, arbitrary: strayed })
}

/** A parser that stops at a NUL would read what stands before it. */
const CUT = ['[1]\0', '{"c":1}\0x']

/** A row of the table of `sqlite-table.ts`. */
export const sqliteRow: fc.Arbitrary<readonly Cell[]> = fc.tuple(
  ...[cell(text), cell(number), cell(fc.boolean()), cell(listValue, CUT), cell(tags, CUT)],
  ...[cell(fc.record({ c: mostly(scalarValue) }), CUT), cell(record, CUT)],
)

/** A row of the table of `postgres-table.ts`, whose columns have types. */
export const postgresRow: fc.Arbitrary<readonly unknown[]> = fc.tuple(
  fc.option(text),
  fc.option(fc.constantFrom(0, 1, 2, 1.5, -3, Number.NaN, Number.POSITIVE_INFINITY)),
  fc.option(fc.boolean()),
  fc.option(
    fc.oneof({ weight: 4, arbitrary: listValue }, anything).map((it) => JSON.stringify(it)),
  ),
  fc.option(tags),
  fc.option(
    fc.oneof(fc.record({ c: mostly(scalarValue) }), anything).map((it) => JSON.stringify(it)),
  ),
  record.map((it) => JSON.stringify(it)),
)
