import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../../test/support/in-memory-upstreams.ts'
import { type EventReader, readEvents } from '../../../test/support/read-events.ts'
import { request, runningDoor } from '../../../test/support/running-door.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { PeerError } from '../../kernel/mcp/peer-error.ts'
import type { Caller } from '../../pipeline/ports.ts'
import type { DoorLimits } from './limits.ts'

type CarryOut = (caller: Caller) => Promise<JsonObject>

interface Options {
  readonly carryOut?: CarryOut
  readonly permits?: readonly string[]
  readonly limits?: Partial<DoorLimits>
  readonly server?: string
}

const ABLE = { capabilities: { sampling: {}, roots: {}, experimental: { vendor: {} } } }
const SAMPLING = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } }

/** A session with `desk`, whose calls are carried out as the test says. */
async function session(t: TestContext, { carryOut, permits, limits }: Options = {}) {
  const gate = inMemoryGate({
    permits: { sales: permits ?? ['desk.*'] },
    carryOut: async (_, caller) => (caller && carryOut ? carryOut(caller) : {}),
  })
  const upstreams = inMemoryUpstreams({ desk: {} })
  const door = await runningDoor(t, { gate, upstreams, ...(limits && { limits }) })
  const desk = door.at('desk')
  const headers = await desk.open(ABLE)
  const [client] = upstreams.clients
  assert.ok(client)
  const listen = async (more = {}): Promise<EventReader> => {
    const accept = { accept: 'text/event-stream' }
    const response = await fetch(desk.url, { headers: { ...headers, ...accept, ...more } })
    assert.equal(response.status, 200)
    return readEvents(t, response)
  }
  const call = async (params: JsonObject = {}, id: string | number = 1, more = {}) =>
    fetch(desk.url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        ...{ ...headers, ...more },
      },
      body: JSON.stringify(request('tools/call', { name: 'get', ...params }, id)),
    })
  const answer = (message: JsonObject, from = headers) =>
    desk.post({ jsonrpc: '2.0', ...message }, from)
  return { ...door, gate, upstreams, desk, headers, client, listen, call, answer }
}

const PROGRESS = { method: 'notifications/progress', params: { progressToken: 9, progress: 1 } }
const LOGGED = { method: 'notifications/message', params: { level: 'info', data: 'hello' } }

test('an answer of which nothing is told before is plain JSON', async (t) => {
  const { call } = await session(t)
  const response = await call()
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
})

test('what is told before the answer makes a stream of it, progress under its token', async (t) => {
  const carryOut: CarryOut = async ({ tell }) => {
    tell('desk', PROGRESS)
    tell('desk', LOGGED)
    return { done: true }
  }
  const { call } = await session(t, { carryOut })
  for (const progressToken of ['t', 0]) {
    const response = await call({ _meta: { progressToken } }, 'p')
    assert.equal(response.headers.get('x-accel-buffering'), 'no')
    const events = readEvents(t, response)
    assert.deepEqual((await events.next())?.message, {
      ...{ jsonrpc: '2.0', method: PROGRESS.method },
      params: { progressToken, progress: 1 },
    })
    assert.deepEqual((await events.next())?.message.params, LOGGED.params)
    assert.deepEqual((await events.next())?.message.result, { done: true })
    assert.equal(await events.next(), undefined)
  }
  const untold = readEvents(t, await call())
  assert.equal((await untold.next())?.message.method, LOGGED.method)
})

test('progress is asked of a server only where the client asked for it', async (t) => {
  const takes: (boolean | undefined)[] = []
  const carryOut: CarryOut = async ({ takesProgress }) => {
    takes.push(takesProgress)
    return {}
  }
  const { call } = await session(t, { carryOut })
  await call()
  await call({ _meta: { progressToken: 0 } })
  assert.deepEqual(takes, [false, true])
})

test('to a client that takes no stream as an answer, all is told where it listens', async (t) => {
  const carryOut: CarryOut = async ({ tell }) => {
    tell('desk', LOGGED)
    return {}
  }
  const { call, listen } = await session(t, { carryOut })
  const stream = await listen()
  const response = await call({}, 1, { accept: 'application/json' })
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal((await stream.next())?.message.method, LOGGED.method)
})

test('a server asks the client that waits, through the guard, and has its answer', async (t) => {
  const carryOut: CarryOut = async ({ ask }) => ask('desk', SAMPLING)
  const { call, answer, gate, headers } = await session(t, { carryOut })
  const events = readEvents(t, await call())
  const { id, method, params } = (await events.next())?.message ?? {}
  assert.deepEqual({ method, params }, SAMPLING)
  const result = { role: 'assistant', content: { type: 'text', text: 'hi' } }
  assert.equal((await answer({ id, result })).status, 202)
  assert.deepEqual((await events.next())?.message.result, result)
  const { action, channel } = gate.guarded[1] ?? {}
  const asked = { kind: 'client.request', server: 'desk', method, args: params }
  assert.deepEqual(action, asked)
  assert.equal(channel?.run, headers['mcp-session-id'])
})

test('the error of a client is an error to the server', async (t) => {
  const failure = Promise.withResolvers<unknown>()
  const carryOut: CarryOut = async ({ ask }) => {
    await ask('desk', SAMPLING).catch(failure.resolve)
    return {}
  }
  const { call, answer } = await session(t, { carryOut })
  const events = readEvents(t, await call())
  const error = { code: -1, message: 'the user said no' }
  await answer({ id: (await events.next())?.message.id, error })
  const told = await failure.promise
  assert.ok(told instanceof PeerError)
  assert.deepEqual(
    { code: told.code, answered: told.answered },
    { code: 'CLIENT_REFUSED', answered: error },
  )
})

const REFUSED_ASKS: readonly [method: string, permits: readonly string[], code: string][] = [
  ['elicitation/create', ['desk.*'], 'CLIENT_INCAPABLE'],
  ['unheard/of', ['desk.*'], 'CLIENT_INCAPABLE'],
  ['sampling/createMessage', ['desk.get', 'desk.mcp.initialize desk'], 'POLICY_DENIED'],
]

test('what the client did not declare, or the policy forbids, is not asked', async (t) => {
  for (const [method, permits, code] of REFUSED_ASKS) {
    const carryOut: CarryOut = async ({ ask }) =>
      ask('desk', { method, params: {} }).catch((error) => ({ code: error.code }))
    const { call } = await session(t, { carryOut, permits })
    const response = await call()
    assert.deepEqual(((await response.json()) as JsonObject).result, { code }, method)
  }
})

test('a method nobody has heard of is asked of a client that declared it', async (t) => {
  const carryOut: CarryOut = async ({ ask }) => ask('desk', { method: 'vendor/x', params: {} })
  const { call, answer } = await session(t, { carryOut })
  const events = readEvents(t, await call())
  await answer({ id: (await events.next())?.message.id, result: { seen: 1 } })
  assert.deepEqual((await events.next())?.message.result, { seen: 1 })
})

test('a question that nobody answers ends, and the client is told', async (t) => {
  const carryOut: CarryOut = async ({ ask }) =>
    ask('desk', SAMPLING).catch((error) => ({ code: error.code }))
  const { call, answer } = await session(t, { carryOut, limits: { askWaitMs: 5 } })
  const events = readEvents(t, await call())
  const { id } = (await events.next())?.message ?? {}
  const { method, params } = (await events.next())?.message ?? {}
  assert.deepEqual([method, params.requestId], ['notifications/cancelled', id])
  assert.deepEqual((await events.next())?.message.result, { code: 'CLIENT_SILENT' })
  // It came too late.
  assert.equal((await answer({ id, result: {} })).status, 202)
})

test('a session is asked so much at once and no more', async (t) => {
  const carryOut: CarryOut = async ({ ask }) => {
    const asked = [1, 2, 3].map(() =>
      ask('desk', SAMPLING).catch((error) => ({ code: error.code })),
    )
    return { codes: await Promise.race(asked) }
  }
  const { call } = await session(t, { carryOut, limits: { asksPerSession: 2 } })
  const events = readEvents(t, await call())
  const messages = [await events.next(), await events.next()].map((event) => event?.message.method)
  assert.deepEqual(messages, [SAMPLING.method, SAMPLING.method])
  let last = await events.next()
  while (last?.message.result === undefined) last = await events.next()
  assert.deepEqual(last.message.result, { codes: { code: 'CLIENT_BUSY' } })
})

test('a call is cancelled by its client, and not by a connection that breaks', async (t) => {
  const begun = Promise.withResolvers<Caller>()
  const cancelled = Promise.withResolvers<void>()
  const carryOut: CarryOut = async (caller) => {
    caller.tell('desk', LOGGED)
    caller.cancelled?.addEventListener('abort', cancelled.resolve)
    begun.resolve(caller)
    await cancelled.promise
    return {}
  }
  const { call, answer } = await session(t, { carryOut })
  const events = readEvents(t, await call({}, 'mine'))
  const caller = await begun.promise
  await events.leave()
  const cancel = (requestId: string) =>
    answer({ method: 'notifications/cancelled', params: { requestId } })
  await cancel('another')
  assert.equal(caller.cancelled?.aborted, false)
  await cancel('mine')
  await cancelled.promise
})

test('what belongs to no request goes where the client listens, as far as it may', async (t) => {
  const permits = ['desk.mcp.initialize desk', 'desk.mcp.notifications.message desk']
  const { client, listen } = await session(t, { permits })
  client.tell('desk', { method: 'notifications/unheard_of', params: {} })
  client.tell('files', LOGGED)
  client.tell('desk', PROGRESS)
  client.tell('desk', { method: 'notifications/prompts/list_changed', params: { leak: 'x' } })
  client.tell('desk', LOGGED)
  const stream = await listen()
  assert.deepEqual((await stream.next())?.message, {
    ...{ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' },
  })
  assert.deepEqual((await stream.next())?.message, { jsonrpc: '2.0', ...LOGGED })
})

test('a resource that changed is told to the session that subscribed to it', async (t) => {
  const { client, listen, desk, headers } = await session(t)
  const updated = (uri: string) =>
    client.tell('desk', { method: 'notifications/resources/updated', params: { uri } })
  const ask = (method: string, uri: string) => desk.post(request(method, { uri }), headers)
  await ask('resources/subscribe', 'file:///a')
  await ask('resources/subscribe', 'file:///b')
  await ask('resources/unsubscribe', 'file:///b')
  for (const uri of ['file:///b', 'file:///c', 'file:///a']) updated(uri)
  const stream = await listen()
  assert.deepEqual((await stream.next())?.message.params, { uri: 'file:///a' })
})

test('a question that belongs to no request waits for somebody who listens', async (t) => {
  const { client, listen, answer, gate, upstreams } = await session(t)
  const asked = client.ask('desk', { method: 'roots/list', params: {} })
  const stream = await listen()
  const { id, method } = (await stream.next())?.message ?? {}
  assert.equal(method, 'roots/list')
  await answer({ id, result: { roots: [] } })
  assert.deepEqual(await asked, { roots: [] })
  assert.equal(gate.guarded[0]?.action.kind, 'client.request')
  assert.equal(upstreams.listened[0], client)
})

test('progress of a client on what it was asked goes to the server that asked', async (t) => {
  const { client, listen, answer, gate } = await session(t)
  const params = { _meta: { progressToken: 'of-server' } }
  const asked = client.ask('desk', { method: 'roots/list', params })
  const { id } = (await (await listen()).next())?.message ?? {}
  const progress = (progressToken: string) =>
    answer({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
  await progress('made-up')
  assert.equal(gate.guarded.length, 1)
  await progress('of-server')
  assert.partialDeepStrictEqual(gate.guarded[1]?.action, {
    ...{ kind: 'mcp.request', server: 'desk', method: 'notifications/progress' },
  })
  await answer({ id, result: {} })
  await asked
})

test('a session that ends answers no question', async (t) => {
  const { client, listen, desk, headers } = await session(t)
  const stream = await listen()
  const asked = assert.rejects(client.ask('desk', { method: 'roots/list', params: {} }), {
    code: 'CLIENT_SILENT',
  })
  await stream.next()
  await fetch(desk.url, { method: 'DELETE', headers })
  await asked
  assert.equal(await stream.next(), undefined)
})
