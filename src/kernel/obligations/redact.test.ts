import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Redact } from './obligation.ts'
import { redactArgs, redactResult } from './redact.ts'
import { EMBEDDED_JSON_DEPTH } from './sweep.ts'

const EMAIL: Redact = { kind: 'redact', fields: [], patterns: ['email'] }
const fields = (...paths: string[]): Redact => ({ kind: 'redact', fields: paths, patterns: [] })

interface Case {
  readonly name: string
  readonly redact: Redact
  readonly value: JsonObject
  readonly becomes: JsonObject
  readonly found: readonly string[]
}

const ARGS: readonly Case[] = [
  {
    name: 'a named field goes whole, whatever it holds',
    redact: fields('args.customer.ssn'),
    value: { customer: { ssn: { deep: [1] }, name: 'Ada' } },
    becomes: { customer: { ssn: '[redacted:field]', name: 'Ada' } },
    found: ['args.customer.ssn field'],
  },
  {
    name: 'a star names every element',
    redact: fields('args.rows.*.phone'),
    value: { rows: [{ phone: '1' }, { phone: '2', id: 3 }] },
    becomes: { rows: [{ phone: '[redacted:field]' }, { phone: '[redacted:field]', id: 3 }] },
    found: ['args.rows.0.phone field', 'args.rows.1.phone field'],
  },
  {
    name: 'a field of the result is not looked for in the arguments',
    redact: fields('result.text'),
    value: { text: 'kept' },
    becomes: { text: 'kept' },
    found: [],
  },
  {
    name: 'a pattern is found in any string, also in a member name and in a nested list',
    redact: EMAIL,
    value: { a: ['to ada@example.org now'], b: { 'bob@example.org': 1 } },
    becomes: { a: ['to [redacted:email] now'], b: { '[redacted:email]': 1 } },
    found: ['args.a.0 email', 'args.b.* email'],
  },
  {
    name: 'two names that become one are both kept',
    redact: EMAIL,
    value: { 'a@example.org': 1, 'b@example.org': 2 },
    becomes: { '[redacted:email]': 1, '[redacted:email]#2': 2 },
    found: ['args.* email', 'args.* email'],
  },
  {
    name: 'JSON packed in a string is opened',
    redact: fields('args.body.ssn'),
    value: { body: '{"ssn":"1","id":2}' },
    becomes: { body: '{"ssn":"[redacted:field]","id":2}' },
    found: ['args.body.ssn field'],
  },
  {
    name: 'an escaped address in packed JSON is found',
    redact: EMAIL,
    value: { body: String.raw`["ada\u0040example.org"]` },
    becomes: { body: '["[redacted:email]"]' },
    found: ['args.body.0 email'],
  },
  {
    name: 'a duplicate name in packed JSON cannot hide a value behind another',
    redact: fields('args.body.ssn', 'args.body.x.ssn'),
    value: { body: '{"x":{"ssn":"078-05-1120"},"x":2}' },
    becomes: { body: '{"x":2}' },
    found: [],
  },
  {
    name: 'a card number is found as a number too, a timestamp of as many digits is not',
    redact: { kind: 'redact', fields: [], patterns: ['payment_card'] },
    value: { card: 4111111111111111, written: '4111 1111 1111 1111', ms: 1700000000001 },
    becomes: {
      card: '[redacted:payment_card]',
      written: '[redacted:payment_card]',
      ms: 1700000000001,
    },
    found: ['args.card payment_card', 'args.written payment_card'],
  },
]

for (const { name, redact, value, becomes, found } of ARGS) {
  test(name, () => {
    const redacted = redactArgs(value, redact)
    assert.deepEqual(redacted.value, becomes)
    assert.deepEqual(
      redacted.redactions.map(({ path, why }) => `${path} ${why}`),
      found,
    )
  })
}

const HOSTILE_NAME = JSON.parse('{"__proto__":{"who":"ada@example.org"}}') as JsonObject

const RESULTS: readonly Case[] = [
  {
    name: 'a member named `__proto__` is a member like any other',
    redact: EMAIL,
    value: HOSTILE_NAME,
    becomes: JSON.parse('{"__proto__":{"who":"[redacted:email]"}}') as JsonObject,
    found: ['result.__proto__.who email'],
  },
  {
    name: 'a field of the result is found in the structured content and in text that is JSON',
    redact: fields('result.records.*.email'),
    value: {
      content: [{ type: 'text', text: '{"records":[{"email":"a"}]}' }],
      structuredContent: { records: [{ email: 'a' }] },
    },
    becomes: {
      content: [{ type: 'text', text: '{"records":[{"email":"[redacted:field]"}]}' }],
      structuredContent: { records: [{ email: '[redacted:field]' }] },
    },
    found: [
      'result.content.0.text.records.0.email field',
      'result.structuredContent.records.0.email field',
    ],
  },
  {
    name: 'an embedded text resource is data too',
    redact: fields('result.ssn'),
    value: { content: [{ type: 'resource', resource: { uri: 'x:y', text: '{"ssn":1}' } }] },
    becomes: {
      content: [{ type: 'resource', resource: { uri: 'x:y', text: '{"ssn":"[redacted:field]"}' } }],
    },
    found: ['result.content.0.resource.text.ssn field'],
  },
  {
    name: 'an image cannot be searched and is withheld',
    redact: EMAIL,
    value: { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] },
    becomes: { content: [{ type: 'text', text: '[redacted:binary]' }] },
    found: ['result.content.0 binary'],
  },
  {
    name: 'an image is passed on where only arguments are redacted',
    redact: fields('args.ssn'),
    value: { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] },
    becomes: { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] },
    found: [],
  },
  {
    name: 'a blob resource is withheld',
    redact: EMAIL,
    value: { content: [{ type: 'resource', resource: { uri: 'x:y', blob: 'aGk=' } }] },
    becomes: { content: [{ type: 'text', text: '[redacted:binary]' }] },
    found: ['result.content.0 binary'],
  },
  {
    name: 'a pattern is found in every part of a result, known or not',
    redact: EMAIL,
    value: { _meta: { who: 'ada@example.org' }, later: 'bob@example.org' },
    becomes: { _meta: { who: '[redacted:email]' }, later: '[redacted:email]' },
    found: ['result._meta.who email', 'result.later email'],
  },
]

for (const { name, redact, value, becomes, found } of RESULTS) {
  test(name, () => {
    const redacted = redactResult(value, redact)
    assert.deepEqual(redacted.value, becomes)
    assert.deepEqual(
      redacted.redactions.map(({ path, why }) => `${path} ${why}`),
      found,
    )
  })
}

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>
const address = 'ada.lovelace@mail.example.org'

test('wherever an address is put, and however often it is packed, it does not come out', () => {
  const holder = fc.tuple(json, fc.integer({ min: 0, max: EMBEDDED_JSON_DEPTH }), fc.boolean())
  fc.assert(
    fc.property(holder, ([around, packs, inList]) => {
      let value: JsonValue = inList ? [around, address] : { around, address }
      for (let i = 0; i < packs; i++) value = { packed: JSON.stringify(value) }
      const args = redactArgs({ value }, EMAIL)
      const result = redactResult(
        { content: [{ type: 'text', text: JSON.stringify(value) }] },
        EMAIL,
      )
      assert.ok(!JSON.stringify([args.value, result.value]).includes('lovelace'))
    }),
  )
})

test('a field that may be packed deeper than is looked is no result at all', () => {
  let value: JsonValue = { ssn: '078-05-1120' }
  for (let i = 0; i <= EMBEDDED_JSON_DEPTH; i++) value = { a: JSON.stringify(value) }
  const path = `args.${'a.'.repeat(EMBEDDED_JSON_DEPTH + 1)}ssn`
  assert.throws(() => redactArgs(value as JsonObject, fields(path)), { code: 'OBLIGATION_FAILED' })
  assert.doesNotThrow(() => redactArgs(value as JsonObject, fields('args.b.ssn')))
})

test('a value without anything to redact is left as it is', () => {
  const clean = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.oneof(fc.integer(), fc.boolean()),
  )
  fc.assert(
    fc.property(clean, (value) => {
      const redacted = redactArgs(value, EMAIL)
      assert.deepEqual({ ...redacted.value }, { ...value })
      assert.deepEqual(redacted.redactions, [])
    }),
  )
})
