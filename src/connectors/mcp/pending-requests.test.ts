import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PendingRequests } from './pending-requests.ts'

const HOUR_MS = 3_600_000
const ignored = () => undefined
const answer = { result: { content: [] } }

test('an answer settles the request of its id, once', async () => {
  const pending = new PendingRequests()
  const one = pending.open(HOUR_MS, ignored)
  const other = pending.open(HOUR_MS, ignored)
  assert.equal(pending.settle(other.id, answer), true)
  assert.equal(pending.settle(other.id, answer), false)
  assert.equal(pending.settle(other.id + 1, answer), false)
  assert.equal(await other.answer, answer.result)
  pending.failAll(new Error('over'))
  await assert.rejects(one.answer, { message: 'over' })
})

test('a request that failed is forgotten: its late answer settles nothing', async () => {
  const pending = new PendingRequests()
  const timedOut: number[] = []
  const { id, answer: late } = pending.open(1, (which) => timedOut.push(which))
  await assert.rejects(late, { code: 'UPSTREAM_TIMEOUT' })
  assert.deepEqual(timedOut, [id])
  assert.equal(pending.settle(id, answer), false)
})

test('no id is ever used again', () => {
  const pending = new PendingRequests()
  const ids = Array.from({ length: 100 }, () => {
    const { id } = pending.open(HOUR_MS, ignored)
    pending.settle(id, answer)
    return id
  })
  assert.equal(new Set(ids).size, ids.length)
})
