import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../../../test/support/in-memory-upstreams.ts'
import { readEvents } from '../../../../test/support/read-events.ts'
import { INITIALIZE, request, runningDoor } from '../../../../test/support/running-door.ts'
import { standAlone } from '../../../../test/support/stand-alone.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { AnswerStream, Caller } from '../../../pipeline/ports.ts'
import type { DoorLimits } from '../limits.ts'

type CarryOut = (caller: Caller) => Promise<JsonObject>

interface Options {
  readonly limits?: Partial<DoorLimits>
  readonly protocolVersion?: string
}

const JSON_OR_STREAM = {
  ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
}

/** A session with `desk`, whose calls are carried out as the test says. */
async function session(t: TestContext, carryOut: CarryOut, options: Options = {}) {
  const { limits, protocolVersion = INITIALIZE.params.protocolVersion } = options
  const gate = inMemoryGate({
    permits: { sales: ['desk.*'] },
    carryOut: async (_, caller) => (caller ? carryOut(caller) : {}),
  })
  const lists = { 'prompts/list': { '': { prompts: [] } } }
  const known = inMemoryUpstreams({ desk: { lists } })
  const upstreams = {
    ...known,
    list: async (...[server, page, asker]: Parameters<typeof known.list>) => {
      asker.streamed?.('of session')
      return known.list(server, page, asker)
    },
  }
  const door = await runningDoor(t, { gate, upstreams, ...(limits && { limits }) })
  const desk = door.at('desk')
  const headers = await desk.open({ protocolVersion })
  const post = (message: JsonObject, more = {}) =>
    fetch(desk.url, {
      method: 'POST',
      headers: { ...JSON_OR_STREAM, ...headers, ...more },
      body: JSON.stringify(message),
    })
  const call = (id: string | number = 1, more = {}) =>
    post(request('tools/call', { name: 'get' }, id), more)
  const comeBack = async (id = '') => {
    const back = { ...headers, accept: 'text/event-stream', 'last-event-id': id }
    return readEvents(t, await fetch(desk.url, { headers: back }))
  }
  return { ...door, desk, headers, post, call, comeBack }
}

const typeOf = ({ headers }: Response) => headers.get('content-type')?.split(';')[0]

/** Leaves its stream, and answers when it may. */
function leaving() {
  const may = Promise.withResolvers<JsonObject>()
  const left: CarryOut = async (caller) => {
    caller.streamed?.('of session')
    caller.streamed?.('left')
    return may.promise
  }
  return { left, answer: may.resolve }
}

test('a server that answers with a stream has its client answered with one', async (t) => {
  for (const stream of ['of session', 'alone'] as const) {
    const { call } = await session(t, async ({ streamed }) => {
      streamed?.(stream)
      return { done: true }
    })
    const response = await call()
    assert.equal(typeOf(response), 'text/event-stream')
    const events = readEvents(t, response)
    const greeting = await events.any()
    assert.deepEqual([greeting?.message, greeting?.retry], [undefined, '1000'])
    assert.match(greeting?.id ?? '', /\.0$/)
    assert.deepEqual((await events.any())?.message.result, { done: true })
    assert.equal(await events.any(), undefined)
  }
})

test('a server that answers with JSON has its client answered with it, in one piece', async (t) => {
  const { call } = await session(t, async () => ({ done: true }))
  const { headers } = await call()
  const told = ['content-type', 'content-length', 'transfer-encoding'].map((it) => headers.get(it))
  assert.deepEqual(told, ['application/json; charset=utf-8', '47', null])
})

test('the stream is there before the answer is', async (t) => {
  const answered = Promise.withResolvers<JsonObject>()
  const { call } = await session(t, async ({ streamed }) => {
    streamed?.('of session')
    return answered.promise
  })
  const events = readEvents(t, await call())
  assert.ok((await events.any())?.id)
  answered.resolve({ late: true })
  assert.deepEqual((await events.any())?.message.result, { late: true })
})

test('a page of a list comes as the server gave it, and several at once', async (t) => {
  const { post } = await session(t, async () => ({}))
  const pages = [1, 2, 3].map((id) => post(request('prompts/list', {}, id)))
  for (const [at, response] of (await Promise.all(pages)).entries()) {
    assert.equal(typeOf(response), 'text/event-stream')
    const { message } = (await readEvents(t, response).next()) ?? {}
    assert.deepEqual([message.id, message.result], [at + 1, { prompts: [] }])
  }
})

test('a client that takes no stream as an answer is answered with JSON', async (t) => {
  const { call } = await session(t, async ({ streamed }) => {
    for (const stream of ['of session', 'left'] as const) streamed?.(stream)
    return { done: true }
  })
  const response = await call(1, { accept: 'application/json' })
  assert.equal(typeOf(response), 'application/json')
  assert.deepEqual(((await response.json()) as JsonObject).result, { done: true })
})

test('a stream that its server left is left, and come back to for the answer', async (t) => {
  const { left, answer } = leaving()
  const { call, comeBack } = await session(t, left)
  const events = readEvents(t, await call('mine'))
  const { id } = (await events.any()) ?? {}
  assert.equal(await events.any(), undefined, 'it ends before the answer')
  const again = await comeBack(id)
  answer({ done: true })
  const { message } = (await again.next()) ?? {}
  assert.deepEqual([message.id, message.result], ['mine', { done: true }])
  assert.equal(await again.next(), undefined)
})

test('an answer that came meanwhile waits, however long it is', async (t) => {
  const { left, answer } = leaving()
  const limits = { replayedBytes: 100, streamBufferBytes: 1 }
  const { call, comeBack } = await session(t, left, { limits })
  const events = readEvents(t, await call())
  const { id } = (await events.any()) ?? {}
  await events.any()
  const text = 'x'.repeat(3_000_000)
  answer({ text })
  assert.equal((await (await comeBack(id)).next())?.message.result.text, text)
})

test('a client of an earlier revision is never left: it could not come back', async (t) => {
  const { left, answer } = leaving()
  const { call } = await session(t, left, { protocolVersion: '2025-06-18' })
  const response = await call()
  assert.equal(typeOf(response), 'text/event-stream')
  answer({ done: true })
  assert.deepEqual((await readEvents(t, response).any())?.message.result, { done: true })
})

test('of answers that nobody comes back for the oldest go, and none under way', async (t) => {
  const answers = new Map<number, (result: JsonObject) => void>()
  let calls = 0
  const { call, comeBack } = await session(
    t,
    async ({ streamed }) => {
      const { promise, resolve } = Promise.withResolvers<JsonObject>()
      answers.set(++calls, resolve)
      streamed?.('of session')
      streamed?.('left')
      return promise
    },
    { limits: { repliesKept: 1 } },
  )
  const begin = async (at: number) => {
    const events = readEvents(t, await call(at))
    const { id } = (await events.any()) ?? {}
    await events.any()
    return id
  }
  const ids = [await begin(1), await begin(2), await begin(3)]
  // The third is under way all along; of the others the first was left for longer.
  for (const at of [1, 2]) answers.get(at)?.({ at })
  await begin(4)
  assert.notEqual((await (await comeBack(ids[0])).any())?.id, ids[0], 'a fresh stream')
  const second = await comeBack(ids[1])
  assert.equal((await second.any())?.id, ids[1])
  assert.deepEqual((await second.any())?.message.result, { at: 2 })
  const third = await comeBack(ids[2])
  assert.equal((await third.any())?.id, ids[2])
  answers.get(3)?.({ at: 3 })
  assert.deepEqual((await third.next())?.message.result, { at: 3 })
})

test('a long answer goes to a reader that is slow to take what comes before it', async (t) => {
  const text = 'x'.repeat(3_000_000)
  const { call } = await session(
    t,
    async ({ streamed, tell }) => {
      streamed?.('of session')
      tell('desk', { method: 'notifications/message', params: { data: text } })
      return { text }
    },
    { limits: { streamBufferBytes: 2_000 } },
  )
  const events = readEvents(t, await call())
  assert.equal((await events.next())?.message.params.data, text)
  assert.equal((await events.next())?.message.result.text, text)
})

const ALONE: readonly [stream: AnswerStream, type: string][] = [
  ['alone', 'text/event-stream'],
  ['of session', 'application/json'],
]

test('a client without sessions has a stream of a server without them', async (t) => {
  for (const [stream, type] of ALONE) {
    const { desk } = await session(t, async ({ streamed }) => {
      for (const each of [stream, 'left'] as const) streamed?.(each)
      return { done: true }
    })
    const asked = { method: 'tools/call', params: { name: 'get', arguments: {} } }
    const { message, headers } = standAlone(asked)
    const response = await fetch(desk.url, {
      method: 'POST',
      headers: { ...JSON_OR_STREAM, ...headers },
      body: JSON.stringify(message),
    })
    assert.equal(typeOf(response), type)
    const text = await response.text()
    assert.doesNotMatch(text, /^id:/m)
    assert.match(text, /"done":true/)
  }
})
