import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  AttemptCounts,
  PRINCIPAL_BOUNDS,
  SOURCE_BOUNDS,
  sourceKey,
  THROTTLE_ALERTS_PER_MINUTE,
} from './attempt-limits.ts'

const BOUNDS = { free: 3, firstWaitMs: 1_000, mostWaitMs: 60_000, forgetMs: 3_600_000 }

test('some failures are free, each one after them doubles the wait, up to a bound', () => {
  const counts = new AttemptCounts(BOUNDS)
  const waits = Array.from({ length: 12 }, () => counts.failed('ana', 0).waitMs)
  assert.deepEqual(
    waits.map((wait) => wait / 1000),
    [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60],
  )
  assert.equal(counts.waitOf('ana', 59_999), 1)
  assert.equal(counts.waitOf('ana', 60_000), 0)
})

test('it tells once when a key begins to wait', () => {
  const counts = new AttemptCounts(BOUNDS)
  const begins = Array.from({ length: 6 }, () => counts.failed('ana', 0).begins)
  assert.deepEqual(begins, [false, false, false, true, false, false])
})

test('a flood of addresses raises a bounded number of alerts', () => {
  const counts = new AttemptCounts({ ...BOUNDS, free: 0 })
  const alerts = Array.from({ length: 10_000 }, (_, at) => counts.failed(`s${at}`, 0).begins)
  assert.equal(alerts.filter(Boolean).length, THROTTLE_ALERTS_PER_MINUTE)
  assert.equal(counts.failed('later', 60_000).begins, true)
})

test('a failure that was counted in advance is taken back, and no other', () => {
  const counts = new AttemptCounts(BOUNDS)
  for (let times = 0; times < 4; times += 1) counts.failed('here', 0)
  counts.forgive('here')
  assert.equal(counts.waitOf('here', 0), 0)
  assert.equal(counts.failed('here', 0).failures, 4)
})

test('a success forgets the failures, and so does time', () => {
  const counts = new AttemptCounts(BOUNDS)
  for (let times = 0; times < 5; times += 1) counts.failed('ana', 0)
  counts.succeeded('ana')
  assert.equal(counts.failed('ana', 0).failures, 1)
  for (let times = 0; times < 5; times += 1) counts.failed('bob', 0)
  assert.equal(counts.failed('bob', BOUNDS.forgetMs - 1).failures, 6)
  assert.equal(counts.failed('bob', 2 * BOUNDS.forgetMs).failures, 1)
})

test('a million sources fill no memory, and have nobody forgotten who waits', () => {
  const counts = new AttemptCounts(PRINCIPAL_BOUNDS, 1_000)
  for (let times = 0; times < 20; times += 1) counts.failed('victim', 0)
  for (let source = 0; source < 1_000_000; source += 1) counts.failed(`s${source}`, 1)
  assert.ok(counts.size <= 2_000)
  assert.ok(counts.waitOf('victim', 1) > 0)
})

test('whatever fails in whatever order: bounded, never negative, the bound never passed', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 30 }).map(String),
    ms: fc.integer({ min: 0, max: 2 * BOUNDS.forgetMs }),
    success: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const counts = new AttemptCounts(BOUNDS, 8)
      let now = 0
      for (const { key, ms, success } of steps) {
        now += ms
        if (success) counts.succeeded(key)
        else assert.ok(counts.failed(key, now).waitMs <= BOUNDS.mostWaitMs)
        const wait = counts.waitOf(key, now)
        assert.ok(wait >= 0 && wait <= BOUNDS.mostWaitMs)
        if (success) assert.equal(wait, 0)
        assert.ok(counts.size <= 16)
      }
    }),
  )
})

test('whoever guesses as fast as it may gets few guesses in a day', () => {
  const bounded = fc.record({
    free: fc.integer({ min: 0, max: 50 }),
    mostWaitMs: fc.integer({ min: 1_000, max: 900_000 }),
  })
  const DAY_MS = 86_400_000
  fc.assert(
    fc.property(bounded, ({ free, mostWaitMs }) => {
      const counts = new AttemptCounts({ ...BOUNDS, free, mostWaitMs })
      let guesses = 0
      for (let now = 0; now < DAY_MS; now += counts.waitOf('ana', now)) {
        counts.failed('ana', now)
        guesses += 1
      }
      const doublings = Math.ceil(Math.log2(mostWaitMs / BOUNDS.firstWaitMs)) + 1
      assert.ok(guesses <= free + doublings + DAY_MS / mostWaitMs + 1)
    }),
    { numRuns: 20 },
  )
})

test('the shipped bounds forget later than they let wait', () => {
  for (const { forgetMs, mostWaitMs } of [SOURCE_BOUNDS, PRINCIPAL_BOUNDS])
    assert.ok(forgetMs > mostWaitMs)
})

const SOURCES: readonly [address: string, key: string][] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['local', 'local'],
]

for (const [address, key] of SOURCES) {
  test(`${address} is counted as ${key}`, () => assert.equal(sourceKey(address), key))
}
