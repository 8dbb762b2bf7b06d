import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, type ErrorCode } from '../errors.ts'
import type { JsonValue } from '../json/value.ts'
import { readMessage } from './message.ts'

const ACCEPTED: readonly [title: string, value: JsonValue, message: object][] = [
  [
    'a request',
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a.b' } },
    { kind: 'request', id: 1, method: 'tools/call', params: { name: 'a.b' } },
  ],
  [
    'a request without parameters',
    { jsonrpc: '2.0', id: 'a', method: 'ping' },
    { kind: 'request', id: 'a', method: 'ping', params: {} },
  ],
  [
    'a notification',
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { kind: 'notification', method: 'notifications/initialized', params: {} },
  ],
  [
    'a result',
    { jsonrpc: '2.0', id: 0, result: { a: 1 } },
    { kind: 'response', id: 0, answer: { result: { a: 1 } } },
  ],
  [
    'an error without an id',
    { jsonrpc: '2.0', error: { code: 1, message: 'no', data: [2] } },
    { kind: 'response', answer: { error: { code: 1, message: 'no', data: [2] } } },
  ],
]

for (const [title, value, message] of ACCEPTED) {
  test(`${title} is read`, () => assert.deepEqual(readMessage(value), message))
}

const ask = { jsonrpc: '2.0', id: 1, method: 'ping' }

const REFUSED: readonly [title: string, value: JsonValue, code: ErrorCode][] = [
  ['a batch', [ask], 'REQUEST_BATCH'],
  ['an empty batch', [], 'REQUEST_BATCH'],
  ['a string', 'ping', 'REQUEST_INVALID'],
  ['null', null, 'REQUEST_INVALID'],
  ['JSON-RPC 1.0', { ...ask, jsonrpc: '1.0' }, 'REQUEST_INVALID'],
  ['a version that is a number', { ...ask, jsonrpc: 2 }, 'REQUEST_INVALID'],
  ['no version', { id: 1, method: 'ping' }, 'REQUEST_INVALID'],
  ['neither method nor outcome', { jsonrpc: '2.0', id: 1 }, 'REQUEST_INVALID'],
  ['method and result', { ...ask, result: {} }, 'REQUEST_INVALID'],
  ['method and error', { ...ask, error: {} }, 'REQUEST_INVALID'],
  ['result and error', { jsonrpc: '2.0', id: 1, result: {}, error: {} }, 'REQUEST_INVALID'],
  ['a result that is a list', { jsonrpc: '2.0', id: 1, result: [] }, 'REQUEST_INVALID'],
  ['an error that is text', { jsonrpc: '2.0', id: 1, error: 'no' }, 'REQUEST_INVALID'],
  ['a result without an id', { jsonrpc: '2.0', result: {} }, 'REQUEST_INVALID'],
  ['a method that is a number', { ...ask, method: 1 }, 'REQUEST_INVALID'],
  ['an empty method', { ...ask, method: '' }, 'REQUEST_INVALID'],
  ['an endless method', { ...ask, method: 'a'.repeat(129) }, 'REQUEST_INVALID'],
  ['parameters by position', { ...ask, params: [1] }, 'REQUEST_INVALID'],
  ['parameters that are null', { ...ask, params: null }, 'REQUEST_INVALID'],
  ['the id null', { ...ask, id: null }, 'REQUEST_INVALID'],
  ['an id with a fraction', { ...ask, id: 1.5 }, 'REQUEST_INVALID'],
  ['an id beyond exact integers', { ...ask, id: 2 ** 53 }, 'REQUEST_INVALID'],
  ['an id that is an object', { ...ask, id: {} }, 'REQUEST_INVALID'],
  ['an endless id', { ...ask, id: 'a'.repeat(257) }, 'REQUEST_INVALID'],
]

for (const [title, value, code] of REFUSED) {
  test(`${title} is refused with ${code}`, () => {
    assert.throws(() => readMessage(value), { code })
  })
}

test('any JSON value is a message or a coded refusal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        readMessage(value as JsonValue)
      } catch (error) {
        assert.match(codeOf(error), /^REQUEST_/)
      }
    }),
  )
})
