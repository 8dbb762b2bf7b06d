import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunHeads } from './run-heads.ts'

test('a head that was set is at hand without a look-up', () => {
  const heads = new RunHeads(2, () => assert.fail('looked up'))
  heads.set('a', 'A1')
  heads.set('a', 'A2')
  assert.equal(heads.get('a'), 'A2')
})

test('only the run longest unused is let go, and then looked up', () => {
  const lookedUp: string[] = []
  const heads = new RunHeads(2, (run) => {
    lookedUp.push(run)
    return undefined
  })
  heads.set('a', 'A')
  heads.set('b', 'B')
  heads.set('a', 'A2')
  heads.set('c', 'C')
  assert.deepEqual([heads.get('a'), heads.get('c'), heads.get('b')], ['A2', 'C', undefined])
  assert.deepEqual(lookedUp, ['b'])
})
