import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { checkBytes } from './max-bytes.ts'
import { cutRows, ROWS_PACKING_DEPTH } from './max-rows.ts'

const TWO = { kind: 'max_rows', rows: 2 } as const
const ROWS = [{ id: 1 }, { id: 2 }, { id: 3 }]
const notice = (lists: string) => ({
  type: 'text',
  text: `[cut:max_rows] ${lists} cut after 2 rows`,
})

interface Case {
  readonly name: string
  readonly result: JsonObject
  readonly becomes: JsonObject
  readonly found: readonly string[]
}

const CASES: readonly Case[] = [
  {
    name: 'a list of records is cut, and the result says so',
    result: { content: [], structuredContent: { records: ROWS } },
    becomes: {
      content: [notice('1 list was')],
      structuredContent: { records: ROWS.slice(0, 2) },
    },
    found: ['result.structuredContent.records'],
  },
  {
    name: 'text that is JSON is cut as the data is',
    result: { content: [{ type: 'text', text: JSON.stringify({ records: ROWS }) }] },
    becomes: {
      content: [
        { type: 'text', text: JSON.stringify({ records: ROWS.slice(0, 2) }) },
        notice('1 list was'),
      ],
    },
    found: ['result.content.0.text.records'],
  },
  {
    name: 'JSON by the line is rows too',
    result: { content: [{ type: 'text', text: '{"a":1}\n{"a":2}\n{"a":3}\n' }] },
    becomes: { content: [{ type: 'text', text: '{"a":1}\n{"a":2}' }, notice('1 list was')] },
    found: ['result.content.0.text'],
  },
  {
    name: 'lists within rows are lists',
    result: { structuredContent: { a: [{ b: [1, 2, 3] }] } },
    becomes: { structuredContent: { a: [{ b: [1, 2] }] }, content: [notice('1 list was')] },
    found: ['result.structuredContent.a.0.b'],
  },
  {
    name: 'a block for each row is cut',
    result: { content: ['1', '2', '3'].map((text) => ({ type: 'text', text })) },
    becomes: {
      content: [{ type: 'text', text: '1' }, { type: 'text', text: '2' }, notice('1 list was')],
    },
    found: ['result.content'],
  },
  {
    name: 'as many as may be pass untouched, prose as it is written',
    result: {
      content: [{ type: 'text', text: '{ "a":\t[1,2] }' }],
      structuredContent: { text: 'one\ntwo\nthree', n: null },
    },
    becomes: {
      content: [{ type: 'text', text: '{ "a":\t[1,2] }' }],
      structuredContent: { text: 'one\ntwo\nthree', n: null },
    },
    found: [],
  },
]

for (const { name, result, becomes, found } of CASES) {
  test(name, () => {
    const { value, redactions } = cutRows(result, TWO)
    assert.deepEqual(value, becomes)
    assert.deepEqual(
      redactions,
      found.map((path) => ({ path, why: 'max_rows' })),
    )
  })
}

function packed(value: JsonValue, times: number): string {
  let text = JSON.stringify(value)
  for (let n = 1; n < times; n++) text = JSON.stringify([text])
  return text
}

test('no list is longer than allowed, however often it was packed', () => {
  const list = fc.array(fc.integer(), { minLength: 3, maxLength: 20 })
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 5 }), (rows, times) => {
      const { value } = cutRows({ content: [{ type: 'text', text: packed(rows, times) }] }, TWO)
      const expected = packed(rows.slice(0, 2), times)
      assert.deepEqual(value.content, [{ type: 'text', text: expected }, notice('1 list was')])
    }),
  )
})

test('rows packed deeper than is looked are no result at all', () => {
  const text = packed(ROWS, ROWS_PACKING_DEPTH + 1)
  assert.throws(() => cutRows({ content: [{ type: 'text', text }] }, TWO), {
    code: 'OBLIGATION_FAILED',
  })
})

test('bytes are those of the canonical form, and one too many is too many', () => {
  const result = { b: 'é', a: 1 }
  const bytes = Buffer.byteLength('{"a":1,"b":"é"}')
  checkBytes(result, { kind: 'max_bytes', bytes })
  assert.throws(() => checkBytes(result, { kind: 'max_bytes', bytes: bytes - 1 }), {
    code: 'RESULT_TOO_LARGE',
  })
})
