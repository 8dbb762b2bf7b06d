import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidIds } from './system-ports.ts'

test('ids are UUIDs of version 7, unique, and sort by time', () => {
  let now = 1_700_000_000_000
  const ids = uuidIds({ now: () => now++ })
  const made = Array.from({ length: 1000 }, () => ids.next())
  for (const id of made)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual([...made].sort(), made)
  assert.equal(new Set(made).size, 1000)
})
