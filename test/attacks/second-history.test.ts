import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemoryLog } from '../support/in-memory-head-source.ts'
import { policyOf, runWitness, submit, witnessing } from '../support/running-witness.ts'
import { eventLog } from '../support/scratch.ts'

test('a restored backup of a ledger is refused, and nothing is witnessed any more', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  const policy = policyOf(1, witness)
  const log = inMemoryLog(20)
  await witnessing(t, log, { policy }).witnessed()
  const forks: string[] = []
  const events = eventLog()
  const restored = log.restored(12)
  const onFork = (_: string, code: string) => void forks.push(code)
  const finality = witnessing(t, restored, { policy, log: events, onFork })
  await assert.rejects(finality.witnessed(), { code: 'FINALITY_BLOCKED', message: /size 20/ })
  await assert.rejects(finality.witnessed(), { code: 'FINALITY_BLOCKED' })
  assert.deepEqual([forks, events.events], [['WITNESS_AHEAD'], ['witness.forked']])
  assert.deepEqual(restored.published, [])
})

test('a restored backup that grew past what was witnessed is a fork, and refused', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  const policy = policyOf(1, witness)
  const log = inMemoryLog(20)
  await witnessing(t, log, { policy }).witnessed()
  const restored = log.restored(12)
  restored.append(...Array.from({ length: 12 }, (_, index) => `rewritten ${index}`))
  const forks: string[] = []
  const onFork = (_: string, code: string) => void forks.push(code)
  const finality = witnessing(t, restored, { policy, onFork })
  await assert.rejects(finality.witnessed(), { code: 'FINALITY_BLOCKED' })
  assert.deepEqual(forks, ['WITNESS_INCONSISTENT'])
})

test('one fork that any witness saw blocks, even where enough others cosign', async (t) => {
  const [one, two] = [await runWitness(t, 'one.example/w'), await runWitness(t, 'two.example/w')]
  const log = inMemoryLog(20)
  await witnessing(t, log, { policy: policyOf(1, one) }).witnessed()
  const restored = log.restored(12)
  const finality = witnessing(t, restored, { policy: policyOf(1, one, two) })
  await assert.rejects(finality.witnessed(), { code: 'FINALITY_BLOCKED' })
  assert.deepEqual(restored.published, [])
})

test('of two heads that are submitted at once from one size, one is cosigned', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  const log = inMemoryLog(40)
  assert.equal((await submit(witness, log, [0, 10])).status, 200)
  const sizes = Array.from({ length: 20 }, (_, index) => 11 + index)
  const answers = await Promise.all(sizes.map((size) => submit(witness, log, [10, size])))
  const statuses = answers.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 200).length, 1)
  assert.equal(statuses.filter((status) => status === 409).length, 19)
  const cosigned = sizes[statuses.indexOf(200)]
  const conflicts = answers.filter(({ status }) => status === 409)
  for (const conflict of conflicts) assert.equal(await conflict.text(), `${cosigned}\n`)
})

test('a history rewritten from its first leaf is refused by whoever saw the other', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  assert.equal((await submit(witness, inMemoryLog(9), [0, 9])).status, 200)
  const rewritten = inMemoryLog()
  rewritten.append(...Array.from({ length: 15 }, (_, index) => `rewritten ${index}`))
  // Every old size that an operator could claim.
  for (let from = 0; from <= 15; from += 1) {
    const { status } = await submit(witness, rewritten, [from, 15])
    assert.equal(status, from === 9 ? 422 : 409, `from ${from}`)
  }
  assert.equal((await submit(witness, rewritten, [9, 9])).status, 422)
})
