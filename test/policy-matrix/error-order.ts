import assert from 'node:assert/strict'
import { comparePlaces } from '../../src/kernel/policy/evaluate/place.ts'
import type { VectorTest } from './vectors.ts'

type Place = Parameters<typeof comparePlaces>[0]

/** In the order in which errors are told. The condition of a class may stand in several rules. */
const PLACES: readonly Place[] = [
  { file: 'a.policy', line: 2, column: 9, policy: 'p', rule: 'deny' },
  { file: 'a.policy', line: 10, column: 2, policy: 'p', rule: 'deny' },
  { file: 'a.policy', line: 10, column: 11, policy: 'o', rule: 'require' },
  { file: 'a.policy', line: 10, column: 11, policy: 'p', rule: 'allow' },
  { file: 'a.policy', line: 10, column: 11, policy: 'p', rule: 'deny' },
  { file: 'b.policy', line: 1, column: 1, policy: 'a', rule: 'allow' },
]

export function errorOrderTest(): VectorTest {
  return {
    name: 'errors are told in the order of their places',
    run: () => {
      for (const [at, a] of PLACES.entries())
        for (const [other, b] of PLACES.entries())
          assert.equal(Math.sign(comparePlaces(a, b)), Math.sign(at - other))
    },
  }
}
