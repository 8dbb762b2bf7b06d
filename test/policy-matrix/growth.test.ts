import assert from 'node:assert/strict'
import test from 'node:test'
import { MAX_FILE_LENGTH } from '../../src/kernel/policy/language/bounds.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { operationsOf } from './operations.ts'
import { REGISTRY } from './registry.ts'

/** Twice the text takes twice the operations, and some for the logarithms of sorting. */
const MAX_GROWTH = 2.3

function operations(text: string): number {
  return operationsOf(() => loadPolicies([{ file: 'f.policy', text }], REGISTRY))
}

for (const [what, textOf] of Object.entries(HOSTILE_TEXTS))
  test(`${what}: twice the text costs twice the operations, not more`, () => {
    const half = operations(textOf(2 ** 14))
    const whole = operations(textOf(2 ** 15))
    assert.ok(half > 0 && whole / half < MAX_GROWTH, `${half} operations, then ${whole}`)
  })

test('a file that is longer than the bound is refused unread', () => {
  const bound = operations(' '.repeat(MAX_FILE_LENGTH + 1))
  assert.ok(bound < 1_000, `${bound} operations`)
})
