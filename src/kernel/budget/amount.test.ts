import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amountOf, limitMicrosOf, MAX_AMOUNT, microsOf } from './amount.ts'

const EXACT: readonly [amount: number, micros: number][] = [
  [0, 0],
  [0.05, 50_000],
  [0.07, 70_000],
  [0.1 + 0.2, 300_000],
  [10, 10_000_000],
  [MAX_AMOUNT, MAX_AMOUNT * 1_000_000],
]

for (const [amount, micros] of EXACT) {
  test(`${amount} is ${micros} millionths, spent or as a limit`, () => {
    assert.deepEqual([microsOf(amount), limitMicrosOf(amount)], [micros, micros])
  })
}

test('what is finer than a millionth is spent in full and no limit', () => {
  assert.deepEqual([microsOf(0.000_000_1), limitMicrosOf(0.000_000_9)], [1, 0])
})

test('an amount written into a receipt is read back as it was', () => {
  fc.assert(
    fc.property(fc.nat(MAX_AMOUNT * 1_000), (micros) => {
      assert.equal(microsOf(amountOf(micros)), micros)
      assert.equal(limitMicrosOf(amountOf(micros)), micros)
    }),
  )
})

for (const amount of [-0.01, Number.NaN, Number.POSITIVE_INFINITY, MAX_AMOUNT + 1]) {
  test(`${amount} is no amount`, () => {
    assert.throws(() => microsOf(amount), { code: 'OBLIGATION_INVALID' })
  })
}
