import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunHeads } from './run-heads.ts'

test('a head that was set is at hand without a look-up', () => {
  const heads = new RunHeads(2, () => assert.fail('looked up'))
  heads.set(1, 'a', 'A1')
  heads.set(1, 'a', 'A2')
  heads.set(2, 'a', 'B')
  assert.deepEqual([heads.get(1, 'a'), heads.get(2, 'a')], ['A2', 'B'])
})

test('the runs last used stay at hand, and the others are let go and looked up', () => {
  const lookedUp: string[] = []
  const heads = new RunHeads(2, (log, run) => {
    lookedUp.push(`${log} ${run}`)
    return undefined
  })
  for (const run of ['a', 'b', 'c', 'a', 'd']) heads.set(1, run, run.toUpperCase())
  assert.deepEqual([heads.get(1, 'a'), heads.get(1, 'd')], ['A', 'D'])
  assert.deepEqual(lookedUp, [])
  heads.set(1, 'e', 'E')
  assert.equal(heads.get(1, 'b'), undefined)
  assert.deepEqual(lookedUp, ['1 b'])
})

test('however many runs there are, no more than twice the limit are kept', () => {
  let lookedUp = 0
  const heads = new RunHeads(100, () => {
    lookedUp += 1
    return undefined
  })
  for (let run = 0; run < 10_000; run += 1) heads.set(run % 7, `run-${run}`, 'x')
  for (let run = 0; run < 10_000; run += 1) heads.get(run % 7, `run-${run}`)
  assert.ok(lookedUp >= 9_800 && lookedUp <= 9_900, `${lookedUp} looked up`)
})
