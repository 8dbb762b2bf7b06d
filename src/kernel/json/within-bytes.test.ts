import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withinBytes } from './within-bytes.ts'

test('what is kept fits, and one more would not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' })),
      fc.integer({ min: 2, max: 99 }),
      (items, bytes) => {
        const size = (list: readonly string[]) => Buffer.byteLength(JSON.stringify(list))
        const kept = withinBytes(items, bytes)
        assert.deepEqual(kept, items.slice(0, kept.length))
        assert.ok(size(kept) <= bytes)
        if (kept.length < items.length) assert.ok(size(items.slice(0, kept.length + 1)) > bytes)
      },
    ),
  )
})
