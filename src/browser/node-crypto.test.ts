import assert from 'node:assert/strict'
import { hash as platformHash } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { hash } from './node-crypto.ts'

for (const encoding of ['hex', 'base64', 'buffer'] as const)
  test(`digests are the platform's, as ${encoding}`, () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), (data) => {
        const expected = platformHash('sha256', data, encoding)
        const found = hash('sha256', data, encoding)
        assert.deepEqual(typeof found === 'string' ? found : Buffer.from(found), expected)
      }),
    )
  })
