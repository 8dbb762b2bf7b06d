import assert from 'node:assert/strict'
import test from 'node:test'
import { ANY, and, ERROR, FALSE, not, or, TRUE } from './truth.ts'

const NAMES = new Map([
  [TRUE, 'true'],
  [FALSE, 'false'],
  [ERROR, 'error'],
])
const SETS = [1, 2, 3, 4, 5, 6, 7]

const ROWS = [
  [TRUE, TRUE, TRUE, TRUE],
  [TRUE, FALSE, FALSE, TRUE],
  [TRUE, ERROR, ERROR, TRUE],
  [FALSE, FALSE, FALSE, FALSE],
  [FALSE, ERROR, FALSE, ERROR],
  [ERROR, ERROR, ERROR, ERROR],
] as const

for (const [a, b, conjunction, disjunction] of ROWS)
  test(`${NAMES.get(a)} with ${NAMES.get(b)}, in either order, as Kleene has it`, () => {
    assert.deepEqual([and(a, b), and(b, a)], [conjunction, conjunction])
    assert.deepEqual([or(a, b), or(b, a)], [disjunction, disjunction])
  })

test('the negation of an error is an error', () => {
  assert.deepEqual([not(TRUE), not(FALSE), not(ERROR), not(ANY)], [FALSE, TRUE, ERROR, ANY])
})

test('a set of outcomes leads to what its members lead to, no more and no less', () => {
  for (const a of SETS)
    for (const b of SETS) {
      const each = singles(a).flatMap((x) => singles(b).map((y) => [and(x, y), or(x, y)] as const))
      assert.equal(
        and(a, b),
        each.reduce((set, [one]) => set | one, 0),
      )
      assert.equal(
        or(a, b),
        each.reduce((set, [, one]) => set | one, 0),
      )
    }
})

function singles(set: number): readonly number[] {
  return [TRUE, FALSE, ERROR].filter((outcome) => (set & outcome) !== 0)
}
