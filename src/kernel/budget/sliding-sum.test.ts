import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERROR_BOUND, SlidingSum } from './sliding-sum.ts'

/** What a naive list of everything says. */
class Everything {
  readonly #added: { at: number; amount: number }[] = []

  /** As the clock is set back, what lies ahead of it is moved to it. */
  add(now: number, amount: number): void {
    for (const entry of this.#added) entry.at = Math.min(entry.at, now)
    this.#added.push({ at: now, amount })
  }

  over(now: number, windowMs: number): number {
    const within = this.#added.filter(({ at }) => at > now - windowMs)
    return within.reduce((sum, { amount }) => sum + amount, 0)
  }
}

const step = fc.record({ wait: fc.nat(5_000), amount: fc.nat(1_000_000) })
const windowMs = fc.integer({ min: 1, max: 200_000 })

test('an answer is never too low, and too high by the bound at most', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 800 }), windowMs, (steps, window) => {
      const sum = new SlidingSum()
      const truth = new Everything()
      let now = 1_700_000_000_000
      for (const { wait, amount } of steps) {
        now += wait
        sum.add(now, amount)
        truth.add(now, amount)
      }
      const exact = truth.over(now, window)
      const answer = sum.over(now, window)
      assert.ok(answer >= exact, `${answer} < ${exact}`)
      assert.ok(answer <= exact * (1 + ERROR_BOUND), `${answer} for ${exact}`)
    }),
    { numRuns: 60 },
  )
})

test('few calls are counted exactly, over any stretch', () => {
  const calls = fc.array(fc.nat(90_000), { minLength: 1, maxLength: 64 })
  fc.assert(
    fc.property(calls, windowMs, (waits, window) => {
      const sum = new SlidingSum()
      const truth = new Everything()
      let now = 0
      for (const wait of waits) {
        now += wait
        sum.add(now, 1)
        truth.add(now, 1)
        assert.equal(sum.over(now, window), truth.over(now, window))
      }
    }),
    { numRuns: 60 },
  )
})

test('however much came before, up to 64 calls are counted exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(900), { minLength: 300, maxLength: 600 }),
      windowMs,
      (waits, ms) => {
        const sum = new SlidingSum()
        const truth = new Everything()
        let now = 0
        for (const wait of waits) {
          now += wait
          sum.add(now, 1)
          truth.add(now, 1)
        }
        const exact = truth.over(now, ms)
        if (exact <= 64) assert.equal(sum.over(now, ms), exact)
      },
    ),
    { numRuns: 60 },
  )
})

test('a million calls take little memory', () => {
  const sum = new SlidingSum()
  for (let at = 0; at < 1_000_000; at++) sum.add(at, 1)
  assert.ok(sum.points().length / 2 < 1_800, `${sum.points().length / 2} points`)
  const hour = sum.over(999_999, 500_000)
  assert.ok(hour >= 500_000 && hour <= 500_000 * (1 + ERROR_BOUND), `${hour}`)
})

test('a clock that is set back frees nothing, and what was ahead of it counts as of now', () => {
  const times = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(times, windowMs, (clock, window) => {
      const sum = new SlidingSum()
      const truth = new Everything()
      for (const now of clock) {
        sum.add(now, 1)
        truth.add(now, 1)
        assert.equal(sum.over(now, window), truth.over(now, window))
        assert.equal(sum.over(now + 9_000, window), truth.over(now + 9_000, window))
      }
    }),
    { numRuns: 60 },
  )
})

test('after the clock was far ahead, what was counted then is free one stretch later', () => {
  const sum = new SlidingSum()
  sum.add(2_000_000_000_000, 5)
  assert.equal(sum.over(1_000, 60_000), 5)
  sum.add(1_000, 1)
  assert.equal(sum.over(60_999, 60_000), 6)
  assert.equal(sum.over(61_000, 60_000), 0)
})

test('it is the same after it was kept and restored', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), windowMs, (steps, window) => {
      const sum = new SlidingSum()
      let now = 0
      for (const { wait, amount } of steps) {
        now += wait
        sum.add(now, amount)
      }
      const restored = new SlidingSum(sum.points())
      assert.equal(restored.over(now, window), sum.over(now, window))
      assert.deepEqual(restored.points(), sum.points())
    }),
    { numRuns: 30 },
  )
})

for (const points of [[1], [1, 5, 0, 6], [1, 5, 2, 4], [Number.NaN, 1]]) {
  test(`points that cannot be are refused: ${points}`, () => {
    assert.throws(() => new SlidingSum(points), RangeError)
  })
}

for (const [now, amount] of [
  [0, -1],
  [0, 0.5],
  [0, Number.NaN],
  [Number.NaN, 1],
  [0, Number.MAX_SAFE_INTEGER + 1],
] as const) {
  test(`an amount of ${amount} at ${now} is refused and changes nothing`, () => {
    const sum = new SlidingSum()
    assert.throws(() => sum.add(now, amount), RangeError)
    assert.deepEqual(sum.points(), [])
  })
}
