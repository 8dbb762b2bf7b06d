import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, type ErrorCode } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { QUOTE_LIMIT, RESULT_DEPTH_LIMIT } from './options.ts'
import { readServerMessage, resultOf } from './server-message.ts'

const read = (text: string) => readServerMessage(Buffer.from(text))

const nested = (depth: number): JsonValue => (depth === 0 ? 1 : [nested(depth - 1)])

const UNPASSABLE: readonly [title: string, answer: string, code: ErrorCode][] = [
  ['an error of the server', '{"error":{"code":-1,"message":"no"}}', 'UPSTREAM_REFUSED'],
  ['neither result nor error', '{}', 'UPSTREAM_PROTOCOL'],
  ['a result that is no object', '{"result":[]}', 'UPSTREAM_PROTOCOL'],
  ['half a surrogate pair', '{"result":{"a":["\\ud800"]}}', 'UPSTREAM_PROTOCOL'],
  ['half a surrogate pair in a name', '{"result":{"\\ud800":1}}', 'UPSTREAM_PROTOCOL'],
  ['a number that is infinite', '{"result":{"a":1e999}}', 'UPSTREAM_PROTOCOL'],
  ['a member __proto__', '{"result":{"__proto__":{"a":1}}}', 'UPSTREAM_PROTOCOL'],
  [
    'nesting without measure',
    `{"result":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    'UPSTREAM_PROTOCOL',
  ],
]

for (const [title, answer, code] of UNPASSABLE) {
  test(`${title} is ${code}`, () => assert.throws(() => resultOf(read(answer)), { code }))
}

test('a result passes up to the depth that is allowed, and then has a canonical form', () => {
  const result = { a: nested(RESULT_DEPTH_LIMIT - 1) }
  assert.equal(resultOf({ result }), result)
  assert.ok(canonical(result))
  assert.throws(() => resultOf({ result: { a: nested(RESULT_DEPTH_LIMIT) } }), {
    code: 'UPSTREAM_PROTOCOL',
  })
})

test('whatever passes can be covered by a receipt', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (result) => {
      try {
        assert.ok(canonical(resultOf({ result: result as JsonObject })))
      } catch (error) {
        assert.equal(codeOf(error), 'UPSTREAM_PROTOCOL')
      }
    }),
  )
})

const NO_MESSAGES: readonly [title: string, bytes: Buffer][] = [
  ['no JSON', Buffer.from('{"password": hunter2}')],
  ['a batch', Buffer.from('[{"jsonrpc":"2.0","id":1,"result":{}}]')],
  ['nothing', Buffer.alloc(0)],
  ['invalid UTF-8', Buffer.from([0x22, 0x80, 0x22])],
]

for (const [title, bytes] of NO_MESSAGES) {
  test(`${title} is no message, and the error does not quote it`, () => {
    assert.throws(
      () => readServerMessage(bytes),
      (error: Error) => {
        assert.equal(codeOf(error), 'UPSTREAM_PROTOCOL')
        return !/hunter2/.test(`${error.stack} ${error.cause}`)
      },
    )
  })
}

test('the text of a refusal is short and harmless, whatever the server says', () => {
  const error = {
    code: { a: 'x'.repeat(9_999) } as JsonObject,
    message: `\u001b${'x'.repeat(9_999)}`,
  }
  assert.throws(
    () => resultOf({ error }),
    ({ message }: Error) => message.length < QUOTE_LIMIT + 100 && !message.includes('\u001b'),
  )
})
