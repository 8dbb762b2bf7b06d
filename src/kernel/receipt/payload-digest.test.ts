import assert from 'node:assert/strict'
import { createHmac, createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { payloadDigest } from './payload-digest.ts'

const KEY = Buffer.alloc(32, 7)

test('a digest is HMAC-SHA256 over the canonical bytes', () => {
  const bytes = Buffer.from('{"a":"ž","b":[1,2]}')
  const expected = createHmac('sha256', KEY).update(bytes).digest('hex')
  assert.deepEqual(payloadDigest(KEY, { b: [1, 2], a: 'ž' }), {
    digest: `hmac-sha256:${expected}`,
    bytes: bytes.length,
  })
})

test('equal payloads have equal digests whatever the order of their members', () => {
  assert.deepEqual(payloadDigest(KEY, { a: 1, b: 2 }), payloadDigest(KEY, { b: 2, a: 1 }))
  assert.deepEqual(payloadDigest(createSecretKey(KEY), { a: 1 }), payloadDigest(KEY, { a: 1 }))
})

test('another key gives another digest', () => {
  assert.notDeepEqual(payloadDigest(Buffer.alloc(32, 8), { a: 1 }), payloadDigest(KEY, { a: 1 }))
})
