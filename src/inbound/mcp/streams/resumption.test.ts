import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../../../test/support/in-memory-upstreams.ts'
import { type EventReader, readEvents } from '../../../../test/support/read-events.ts'
import { INITIALIZE, request, runningDoor } from '../../../../test/support/running-door.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Caller } from '../../../pipeline/ports.ts'
import type { DoorLimits } from '../limits.ts'

interface Options {
  readonly limits?: Partial<DoorLimits>
  readonly carryOut?: (caller: Caller) => Promise<JsonObject>
  readonly protocolVersion?: string
}

async function session(t: TestContext, { limits, carryOut, protocolVersion }: Options = {}) {
  const gate = inMemoryGate({
    permits: { sales: ['desk.*'] },
    carryOut: async (_, caller) => (caller && carryOut ? carryOut(caller) : {}),
  })
  const upstreams = inMemoryUpstreams({ desk: {} })
  const door = await runningDoor(t, { gate, upstreams, ...(limits && { limits }) })
  const desk = door.at('desk')
  const version = protocolVersion ?? INITIALIZE.params.protocolVersion
  const headers = await desk.open({ protocolVersion: version })
  const [client] = upstreams.clients
  assert.ok(client)
  const listen = async (lastEventId?: string, from = headers): Promise<EventReader> => {
    const last = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const accept = { accept: 'text/event-stream' }
    return readEvents(t, await fetch(desk.url, { headers: { ...from, ...accept, ...last } }))
  }
  const tell = (data: string) =>
    client.tell('desk', { method: 'notifications/message', params: { data } })
  return { ...door, desk, headers, listen, tell, door: door.door }
}

const dataOf = async (stream: EventReader) => (await stream.next())?.message.params.data

test('a client whose connection broke goes on from the last event that it read', async (t) => {
  const { listen, tell } = await session(t)
  const first = await listen()
  for (const data of ['a', 'b', 'c']) tell(data)
  const { id } = (await first.next()) ?? {}
  await first.leave()
  tell('d')
  const second = await listen(id)
  for (const data of ['b', 'c', 'd']) assert.equal(await dataOf(second), data)
  tell('e')
  assert.equal(await dataOf(second), 'e')
})

test('a stream begins with an id to go on from, and when to come back', async (t) => {
  const { listen, tell } = await session(t, { limits: { streamRetryMs: 1234 } })
  const greeting = await (await listen()).any()
  assert.equal(greeting?.retry, '1234')
  assert.equal(greeting?.message, undefined)
  tell('a')
  assert.equal(await dataOf(await listen(greeting?.id)), 'a')
})

test('a client of an earlier revision is sent no event without data', async (t) => {
  const { listen, tell } = await session(t, { protocolVersion: '2025-06-18' })
  const stream = await listen()
  tell('a')
  assert.equal((await stream.any())?.message.params.data, 'a')
})

test('an id of nobody, or of another session, begins a fresh stream', async (t) => {
  const { listen, tell, desk } = await session(t)
  const stream = await listen()
  tell('a')
  const { id = '' } = (await stream.next()) ?? {}
  const other = await listen(id, await desk.open())
  tell('b')
  assert.equal(await dataOf(stream), 'b')
  for (const unknown of ['', 'x.1', `${id}.1`, `${id}x`, `${id.split('.')[0]}.-1`, '\t']) {
    const fresh = await listen(unknown)
    tell(`after ${unknown}`)
    assert.equal(await dataOf(fresh), `after ${unknown}`, 'nothing is told again')
  }
  assert.ok((await other.any())?.message === undefined, 'of the other session, only the greeting')
})

test('what was told before anybody listened is told to the first who does, and once', async (t) => {
  const { listen, tell } = await session(t)
  tell('a')
  const first = await listen()
  assert.equal(await dataOf(first), 'a')
  const second = await listen()
  tell('b')
  assert.equal(await dataOf(second), 'b')
})

test('only so many messages are kept, and only so many bytes', async (t) => {
  for (const limits of [{ replayedMessages: 2 }, { replayedBytes: 160 }]) {
    const { listen, tell } = await session(t, { limits })
    for (const data of ['a', 'b', 'c', 'd']) tell(data)
    const stream = await listen()
    assert.deepEqual([await dataOf(stream), await dataOf(stream)], ['c', 'd'])
    tell('x'.repeat(1000))
  }
})

test('an answer whose connection broke is read to its end over another one', async (t) => {
  const left = Promise.withResolvers<void>()
  const carryOut = async ({ tell }: Caller) => {
    tell('desk', { method: 'notifications/message', params: { data: 'a' } })
    await left.promise
    tell('desk', { method: 'notifications/message', params: { data: 'b' } })
    return { done: true }
  }
  const { desk, headers, listen } = await session(t, { carryOut })
  const response = await fetch(desk.url, {
    method: 'POST',
    headers: {
      ...headers,
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    },
    body: JSON.stringify(request('tools/call', { name: 'get' }, 'mine')),
  })
  const events = readEvents(t, response)
  const { id } = (await events.next()) ?? {}
  await events.leave()
  const again = await listen(id)
  left.resolve()
  assert.equal(await dataOf(again), 'b')
  assert.deepEqual((await again.next())?.message, {
    jsonrpc: '2.0',
    id: 'mine',
    result: { done: true },
  })
  assert.equal(await again.next(), undefined)
})
