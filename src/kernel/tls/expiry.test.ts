import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dueWarning } from './expiry.ts'

const BEFORE = [30, 7, 1]

const CASES: readonly [left: number, told: number | undefined, due: number | undefined][] = [
  [31, undefined, undefined],
  [30, undefined, 30],
  [8, undefined, 30],
  [8, 30, undefined],
  [7, 30, 7],
  [0.5, undefined, 1],
  [0.5, 30, 1],
  [0.5, 1, undefined],
  [-5, undefined, 1],
]

for (const [left, told, due] of CASES) {
  test(`${left} days before the end, told at ${told}, the warning of ${due} is due`, () => {
    assert.equal(dueWarning(left, BEFORE, told), due)
  })
}

test('however often it is looked, each warning comes once, and the last one always', () => {
  const looks = fc.array(fc.integer({ min: -5, max: 40 }), { minLength: 1 })
  fc.assert(
    fc.property(looks, (unordered) => {
      const told: number[] = []
      for (const left of unordered.sort((a, b) => b - a)) {
        const due = dueWarning(left, BEFORE, told.at(-1))
        if (due !== undefined) told.push(due)
      }
      assert.deepEqual(
        told,
        [...new Set(told)].sort((a, b) => b - a),
      )
      const last = Math.min(...unordered)
      assert.equal(told.at(-1), dueWarning(last, BEFORE))
    }),
  )
})
