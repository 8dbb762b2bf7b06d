import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { maskArgs, maskResult } from './mask.ts'
import type { Mask } from './obligation.ts'

const mask = (keep: number, ...fields: string[]): Mask => ({ kind: 'mask', fields, keep })

const MASKED: readonly [what: string, value: JsonValue, becomes: JsonValue][] = [
  ['a string keeps its last characters', '4111111111111111', '************1111'],
  ['a number becomes a string', 4111111111111111, '************1111'],
  ['a value not longer than what is kept shows nothing', '1111', '****'],
  ['an empty string stays one', '', ''],
  ['half of a pair of surrogates is never shown', '12😀345', '**😀345'],
  ['each of a list', ['12345', ['123456'], 7], ['*2345', ['**3456'], '*']],
  ['an object goes whole: its names could be the value', { '4111': 1 }, '[redacted:mask]'],
  ['so does whatever has no characters', [true, null], ['[redacted:mask]', '[redacted:mask]']],
  ['packed JSON is text like any other', '{"card":"4111"}', '***********11"}'],
]

for (const [what, value, becomes] of MASKED) {
  test(`${what}`, () => {
    const { value: changed, redactions } = maskArgs({ card: value }, mask(4, 'args.card'))
    assert.deepEqual(changed, { card: becomes })
    assert.deepEqual(redactions, [{ path: 'args.card', why: 'mask' }])
  })
}

test('a field is found in a result however it was packed, and binary content is withheld', () => {
  const text = JSON.stringify({ rows: [{ card: '4111111111111111' }] })
  const result = {
    content: [
      { type: 'text', text },
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
    ],
    structuredContent: { rows: JSON.stringify([{ card: 4111111111111111 }]) },
  }
  const { value, redactions } = maskResult(result, mask(4, 'result.rows.*.card'))
  assert.doesNotMatch(JSON.stringify(value), /1{5}|aGk/)
  assert.deepEqual(
    redactions.map(({ path, why }) => `${path} ${why}`),
    [
      'result.content.0.text.rows.0.card mask',
      'result.content.1 binary',
      'result.structuredContent.rows.0.card mask',
    ],
  )
})

test('no more than the last characters are ever shown, and of a short value none', () => {
  const long = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.double({ noNaN: true }))
  fc.assert(
    fc.property(long, fc.nat(6), (value, keep) => {
      const { value: changed } = maskArgs({ card: value }, mask(keep, 'args.card'))
      const characters = [...String(value)]
      const shown = [...String(changed.card)]
      assert.equal(shown.length, characters.length)
      const from = characters.length > keep ? characters.length - keep : characters.length
      assert.ok(shown.slice(0, from).every((character) => character === '*'))
      assert.deepEqual(shown.slice(from), characters.slice(from))
    }),
  )
})

test('what is not named stays as it is', () => {
  const json = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.integer())
  fc.assert(
    fc.property(json, (value) => {
      const { value: same, redactions } = maskArgs(value as JsonObject, mask(4, 'args.CARD'))
      assert.deepEqual({ ...same }, { ...value })
      assert.deepEqual(redactions, [])
    }),
  )
})

test('a mask of arguments leaves results as they are, binary content too, and the reverse', () => {
  const result = { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] }
  assert.deepEqual(maskResult(result, mask(4, 'args.card')), { value: result, redactions: [] })
  const args = { body: '{"a":1,"a":2}' }
  assert.deepEqual(maskArgs(args, mask(4, 'result.card')), { value: args, redactions: [] })
})
