import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUESTS_LIMIT } from './options.ts'
import { PendingRequests } from './pending-requests.ts'

const HOUR_MS = 3_600_000
const ignored = () => undefined
const answer = { result: { content: [] } }

test('an answer settles the request of its id, once', async () => {
  const pending = new PendingRequests()
  const one = pending.open({ waitMs: HOUR_MS }, ignored)
  const other = pending.open({ waitMs: HOUR_MS }, ignored)
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
  const { id, answer: late } = pending.open({ waitMs: 1 }, (which) => timedOut.push(which))
  await assert.rejects(late, { code: 'UPSTREAM_TIMEOUT' })
  assert.deepEqual(timedOut, [id])
  assert.equal(pending.settle(id, answer), false)
})

test('no id is ever used again', () => {
  const pending = new PendingRequests()
  const ids = Array.from({ length: 100 }, () => {
    const { id } = pending.open({ waitMs: HOUR_MS }, ignored)
    pending.settle(id, answer)
    return id
  })
  assert.equal(new Set(ids).size, ids.length)
})

test('there are so many requests under way, and no more until one is answered', () => {
  const pending = new PendingRequests()
  const open = () => pending.open({ waitMs: HOUR_MS }, ignored)
  const [first, ...others] = Array.from({ length: REQUESTS_LIMIT }, open)
  for (const { answer: ended } of others) ended.catch(ignored)
  assert.throws(open, { code: 'UPSTREAM_BUSY' })
  pending.settle(first?.id ?? 0, answer)
  const last = open()
  pending.failAll(new Error('over'))
  return assert.rejects(last.answer)
})

test('a cancelled request fails, and whoever sent it is told to tell the server', async () => {
  const pending = new PendingRequests()
  const controller = new AbortController()
  const told: number[] = []
  const options = { waitMs: HOUR_MS, cancelled: controller.signal }
  const { id, answer: wanted } = pending.open(options, (which) => told.push(which))
  controller.abort()
  await assert.rejects(wanted, { code: 'CALL_CANCELLED' })
  assert.deepEqual(told, [id])
  assert.throws(() => pending.open(options, ignored), { code: 'CALL_CANCELLED' })
})

test('a request is not late while the server waits for us', async () => {
  const pending = new PendingRequests()
  const { id, answer: late } = pending.open({ waitMs: 1 }, ignored)
  const underWay = pending.get(id) ?? assert.fail()
  underWay.openAsks = 1
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(pending.get(id))
  underWay.openAsks = 0
  await assert.rejects(late, { code: 'UPSTREAM_TIMEOUT' })
})
