import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DoorLimits } from '../../src/inbound/mcp/limits.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { Caller } from '../../src/pipeline/ports.ts'
import { inMemoryGate } from '../support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../support/in-memory-upstreams.ts'
import { readEvents } from '../support/read-events.ts'
import { as, request, runningDoor } from '../support/running-door.ts'

type CarryOut = (caller: Caller) => Promise<JsonObject>

async function attacked(t: TestContext, carryOut?: CarryOut, limits: Partial<DoorLimits> = {}) {
  const gate = inMemoryGate({
    permits: { sales: ['desk.*'], research: ['desk.*'] },
    carryOut: async (_, caller) => (caller && carryOut ? carryOut(caller) : {}),
  })
  const upstreams = inMemoryUpstreams({ desk: {} })
  const door = await runningDoor(t, { gate, upstreams, limits })
  const desk = door.at('desk')
  const open = (agent = 'sales') => desk.open({ capabilities: { sampling: {} } }, as(agent))
  const call = async (headers: Record<string, string>, id: string) => {
    const accept = 'application/json, text/event-stream'
    const response = await fetch(desk.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept },
      body: JSON.stringify(request('tools/call', { name: 'get' }, id)),
    })
    return readEvents(t, response)
  }
  return { ...door, gate, upstreams, desk, open, call }
}

const ASK = { method: 'sampling/createMessage', params: {} }

test('an answer that nobody asked for changes nothing, and is logged', async (t) => {
  const { desk, open, logged, gate } = await attacked(t)
  const session = await open()
  const forged = [
    { id: 'ask-1', result: {} },
    { id: 1, result: { role: 'assistant' } },
    { id: 'ask-1', error: { code: -1, message: 'no' } },
    { error: { code: -1, message: 'no' } },
  ]
  for (const message of forged) {
    const { status, body } = await desk.post({ jsonrpc: '2.0', ...message }, session)
    assert.deepEqual({ status, body }, { status: 202, body: undefined })
  }
  assert.equal(logged.filter((event) => event === 'mcp.answer.unasked').length, forged.length)
  assert.equal(gate.guarded.length, 0)
  const malformed = { jsonrpc: '2.0', id: 'ask-1', result: 'text' }
  assert.equal((await desk.post(malformed, session)).status, 400)
})

test('a question of one session is answered by no other, of whichever agent', async (t) => {
  const { desk, open, call } = await attacked(t, async ({ ask }) => ask('desk', ASK))
  const session = await open()
  const events = await call(session, 'mine')
  const { id } = (await events.next())?.message ?? {}
  for (const thief of [await open(), await open('research')]) {
    await desk.post({ jsonrpc: '2.0', id, result: { stolen: true } }, thief)
  }
  const { status } = await desk.post(
    { jsonrpc: '2.0', id, result: { stolen: true } },
    { ...session, ...as('research') },
  )
  assert.equal(status, 404)
  await desk.post({ jsonrpc: '2.0', id, result: { mine: true } }, session)
  assert.deepEqual((await events.next())?.message.result, { mine: true })
})

test('the request of another session is not cancelled', async (t) => {
  const begun = Promise.withResolvers<Caller>()
  const done = Promise.withResolvers<JsonObject>()
  const { desk, open, call } = await attacked(t, async (caller) => {
    begun.resolve(caller)
    return done.promise
  })
  const mine = await open()
  const answer = call(mine, 'mine')
  const caller = await begun.promise
  const params = { requestId: 'mine' }
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params }
  for (const thief of [await open(), await open('research')]) await desk.post(cancel, thief)
  assert.equal(caller.cancelled?.aborted, false)
  await desk.post(cancel, mine)
  assert.equal(caller.cancelled?.aborted, true)
  done.resolve({})
  await answer
})

test('a flood of subscriptions ends at a bound of the session', async (t) => {
  const { desk, open, gate } = await attacked(t, undefined, { subscriptionsPerSession: 2 })
  const session = await open()
  const ask = async (method: string, uri: string) =>
    (await desk.post(request(method, { uri }), session)).body
  await ask('resources/subscribe', 'a')
  await ask('resources/subscribe', 'b')
  assert.deepEqual((await ask('resources/subscribe', 'a')).result, {}, 'one that it has')
  const { error } = await ask('resources/subscribe', 'c')
  assert.equal(error.data.code, 'SUBSCRIPTION_LIMIT')
  assert.equal(gate.guarded.length, 3)
  await ask('resources/unsubscribe', 'a')
  assert.deepEqual((await ask('resources/subscribe', 'c')).result, {})
})

test('a client that opens stream after stream keeps as many as it may', async (t) => {
  const { desk, open, upstreams } = await attacked(t, undefined, { streamsPerSession: 2 })
  const headers = { ...(await open()), accept: 'text/event-stream' }
  const streams = []
  for (let at = 0; at < 20; at++) streams.push(readEvents(t, await fetch(desk.url, { headers })))
  for (const stream of streams.slice(0, -2)) assert.equal(await stream.next(), undefined)
  upstreams.clients[0]?.tell('desk', { method: 'notifications/message', params: { data: 'x' } })
  assert.equal((await streams.at(-1)?.next())?.message.params.data, 'x')
})

test('a client that reconnects 1,000 times leaves nothing behind', async (t) => {
  const limits = { sessionsPerAgent: 4 }
  const { open, door, upstreams } = await attacked(t, undefined, limits)
  for (let at = 0; at < 1000; at++) await open()
  assert.equal(door.sessions.list(DEFAULT_TENANT).length, 4)
  assert.equal(upstreams.left.length, 996)
})

test('huge parameters are refused before they are anything', async (t) => {
  const { desk, open, gate } = await attacked(t, undefined, { bodyBytes: 10_000 })
  const session = await open()
  const params = { uri: `file:///${'x'.repeat(20_000)}` }
  assert.equal((await desk.post(request('resources/read', params), session)).status, 413)
  assert.equal(gate.guarded.length, 0)
})

test('an id that is used again, while it is or later, mixes up no answers', async (t) => {
  const waiting: PromiseWithResolvers<JsonObject>[] = []
  const { desk, open } = await attacked(t, () => {
    const work = Promise.withResolvers<JsonObject>()
    waiting.push(work)
    return work.promise
  })
  const session = await open()
  const ask = () => desk.post(request('tools/call', { name: 'get' }, 'same'), session)
  const begun = async (count: number) => {
    while (waiting.length < count) await new Promise(setImmediate)
  }
  const first = ask()
  await begun(1)
  const second = ask()
  await begun(2)
  waiting[1]?.resolve({ answer: 'second' })
  assert.deepEqual((await second).body, {
    jsonrpc: '2.0',
    id: 'same',
    result: { answer: 'second' },
  })
  waiting[0]?.resolve({ answer: 'first' })
  assert.deepEqual((await first).body.result, { answer: 'first' })
  const third = ask()
  await begun(3)
  waiting[2]?.resolve({ answer: 'third' })
  assert.deepEqual((await third).body.result, { answer: 'third' })
})
