import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../json/value.ts'
import { memberPaths } from './member-paths.ts'

test('places are told once each and in order, elements of a list as one', () => {
  const payload = { b: { c: 1 }, a: [{ id: 1 }, { id: 2, who: 'Ada' }, 'x'], empty: {} }
  assert.deepEqual(memberPaths(payload, 'args', 10), [
    'args.b.c',
    'args.a.*.id',
    'args.a.*.who',
    'args.a.*',
  ])
  assert.deepEqual(memberPaths(payload, 'args', 2), ['args.b.c', 'args.a.*.id'])
})

test('no value is ever among them', () => {
  const value = fc.constant('secret-value')
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      value,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('node'), { maxKeys: 3 }),
    ),
  })).node
  fc.assert(
    fc.property(tree, (node) => {
      assert.ok(
        !memberPaths({ node } as JsonObject, 'args', 100)
          .join()
          .includes('secret'),
      )
    }),
  )
})
