import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { askingGate } from '../../../../test/support/asking-server.ts'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { type RunningDoor, runningDoor } from '../../../../test/support/running-door.ts'
import { type StandAlone, standAlone } from '../../../../test/support/stand-alone.ts'
import type { EndOf } from '../../../kernel/identity/standing.ts'
import { DEFAULT_TENANT } from '../../../kernel/identity/tenant.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpClient, McpUpstreams } from '../../../pipeline/ports.ts'
import { NO_UPSTREAMS } from '../no-upstreams.ts'

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** Opens the stream that answers a request, and reads one message after the other. */
async function stream(t: TestContext, { url }: RunningDoor, asked: StandAlone) {
  const { message, headers } = standAlone(asked)
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(message),
    signal: leaving.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  // biome-ignore lint/suspicious/noExplicitAny: tests look deep into messages
  const next = async (): Promise<any> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end !== -1) {
        const event = text.slice(0, end)
        text = text.slice(end + 2)
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) return JSON.parse(data)
        continue
      }
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) return undefined
      text += value
    }
  }
  return { response, next, leave: () => leaving.abort() }
}

const CALL: StandAlone = { method: 'tools/call', params: { name: 'slack.post', arguments: {} } }

const noisy = askingGate.bind(undefined, async (_, caller) => {
  const say = (method: string, params: JsonObject) =>
    caller?.tell('slack', { method: `notifications/${method}`, params })
  say('message', { level: 'info', data: 'low' })
  say('message', { level: 'error', data: 'high' })
  say('progress', { progressToken: 'theirs', progress: 1, total: 2 })
  say('progress', { progressToken: 'theirs', progress: 1, total: 2 })
  say('tools/list_changed', {})
  return { content: [] }
})

test('what a server says of a request comes before its answer, as far as wanted', async (t) => {
  const door = await runningDoor(t, { gate: noisy() })
  const meta = { progressToken: 'mine', 'io.modelcontextprotocol/logLevel': 'warning' }
  const { response, next } = await stream(t, door, { ...CALL, meta })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  assert.equal(response.headers.get('x-accel-buffering'), 'no')
  assert.deepEqual((await next()).params, { level: 'error', data: 'high' })
  assert.deepEqual((await next()).params, { progressToken: 'mine', progress: 1, total: 2 })
  assert.equal((await next()).result.resultType, 'complete')
  assert.equal(await next(), undefined)
})

test('who wants to hear nothing gets one answer', async (t) => {
  const door = await runningDoor(t, { gate: noisy() })
  const { message, headers } = standAlone(CALL)
  const { body, headers: given } = await door.post(message, headers)
  assert.match(given.get('content-type') ?? '', /^application\/json/)
  assert.equal(body.result.resultType, 'complete')
})

test('a call that is held tells that it waits', async (t) => {
  const gate = askingGate(async () => ({ content: [] }))
  const held = { request: 'r1', given: 0, needed: 1, expiresAt: 0 }
  const guard: typeof gate.guard = (asked) => {
    asked.onHeld?.(held)
    return gate.guard(asked)
  }
  const door = await runningDoor(t, { gate: { ...gate, guard } })
  const { next } = await stream(t, door, { ...CALL, meta: { progressToken: 7 } })
  const told = (await next()).params
  assert.partialDeepStrictEqual(told, {
    progressToken: 7,
    message: 'waits for approval r1: 0 of 1',
  })
  assert.equal((await next()).result.resultType, 'complete')
})

/** Two servers with resources, whose clients and subscriptions are in view. */
function watched() {
  const clients: McpClient[] = []
  const capabilities = { resources: { subscribe: true, listChanged: true }, tools: {} }
  const about = { protocolVersion: '2025-11-25', capabilities, serverInfo: {}, beside: {} }
  const upstreams: McpUpstreams = {
    ...NO_UPSTREAMS,
    servers: () => ['slack', 'files'],
    declared: () => about,
    about: async () => about,
    listen: (client) => void clients.push(client),
  }
  return { clients, upstreams }
}

const notices = ['tools/list_changed', 'resources/updated', 'resources/list_changed'].flatMap(
  (name) =>
    ['slack', 'files'].map((server) => `${server}.mcp.notifications.${name.replace('/', '.')}`),
)

async function listening(t: TestContext, wanted: JsonObject, options: object = {}) {
  const { clients, upstreams } = watched()
  const reads = ['slack.mcp.resources.subscribe slack:file:///a']
  const gate = inMemoryGate({
    permits: {
      sales: [
        ...['slack.post', ...reads],
        ...reads.map((read) => read.replace('subscribe', 'unsubscribe')),
        ...notices.flatMap((name) => [`${name} slack`, `${name} files`]),
      ],
      research: ['files.read'],
    },
    carryOut: async () => ({}),
  })
  const door = await runningDoor(t, { gate, upstreams, ...options })
  const asked = { method: 'subscriptions/listen', id: 'sub', params: { notifications: wanted } }
  const open = await stream(t, door, asked)
  return { door, gate, clients, ...open }
}

test('a stream of changes acknowledges what there is for its agent, and tells it', async (t) => {
  const { next, clients, gate, leave } = await listening(t, {
    toolsListChanged: true,
    promptsListChanged: true,
    resourceSubscriptions: ['mcp+slack:file:///a', 'mcp+files:file:///b', 'file:///c'],
  })
  const [client] = clients
  assert.ok(client)
  assert.deepEqual(await next(), {
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: {
      notifications: {
        toolsListChanged: true,
        resourceSubscriptions: ['mcp+slack:file:///a'],
      },
      _meta: { [SUBSCRIPTION]: 'sub' },
    },
  })
  const say = (method: string, params: JsonObject = {}) =>
    client.tell('slack', { method: `notifications/${method}`, params })
  say('resources/list_changed')
  say('message', { level: 'error', data: 'x' })
  say('resources/updated', { uri: 'file:///b' })
  say('resources/updated', { uri: 'file:///a', _meta: { [SUBSCRIPTION]: 9 } })
  say('tools/list_changed')
  assert.deepEqual((await next()).params, {
    uri: 'mcp+slack:file:///a',
    _meta: { [SUBSCRIPTION]: 'sub' },
  })
  assert.equal((await next()).method, 'notifications/tools/list_changed')
  const before = gate.guarded.length
  leave()
  while (gate.guarded.length === before) await new Promise(setImmediate)
  const last = gate.guarded.at(-1)?.action
  assert.equal(last?.kind === 'mcp.request' && last.method, 'resources/unsubscribe')
})

test('what changes at the runtime is told as well', async (t) => {
  const { next, door } = await listening(t, { toolsListChanged: true })
  await next()
  door.door.notifyListChanged(DEFAULT_TENANT)
  assert.equal((await next()).method, 'notifications/tools/list_changed')
})

test('a stream ends with its answer when its term is over, or it is taken back', async (t) => {
  const over = await listening(t, {}, { limits: { streamLifetimeMs: 1 } })
  assert.equal((await over.next()).method, 'notifications/subscriptions/acknowledged')
  assert.partialDeepStrictEqual(await over.next(), {
    id: 'sub',
    result: { resultType: 'complete' },
  })
  assert.equal(await over.next(), undefined)

  const takenBack: ((end: EndOf) => void)[] = []
  const onEnd = (listener: (end: EndOf) => void) => {
    takenBack.push(listener)
    return () => undefined
  }
  const { next } = await listening(t, {}, { standing: { onEnd } })
  await next()
  for (const take of takenBack) take({ tenant: DEFAULT_TENANT, what: 'agent', id: 'sales' })
  assert.partialDeepStrictEqual(await next(), { id: 'sub' })
  assert.equal(await next(), undefined)
})

test('a reader that is too slow is cut', async (t) => {
  const { next, clients } = await listening(
    t,
    { resourceSubscriptions: ['mcp+slack:file:///a'] },
    { limits: { streamBufferBytes: 1024 } },
  )
  await next()
  const params = { uri: 'file:///a', pad: 'x'.repeat(1024 * 1024) }
  for (let n = 0; n < 16; n++) {
    clients[0]?.tell('slack', { method: 'notifications/resources/updated', params })
  }
  await assert.rejects(async () => {
    while ((await next()) !== undefined);
  })
})

test('an agent has so many streams, and a filter has a shape', async (t) => {
  const { door, next } = await listening(t, {}, { modernLimits: { listensPerAgent: 1 } })
  await next()
  const faults = [
    [{}, 'REQUEST_BUSY'],
    [[], 'REQUEST_INVALID'],
    [{ toolsListChanged: 1 }, 'REQUEST_INVALID'],
    [{ resourceSubscriptions: 'a' }, 'REQUEST_INVALID'],
    [{ resourceSubscriptions: [1] }, 'REQUEST_INVALID'],
    [{ resourceSubscriptions: Array(129).fill('a') }, 'REQUEST_INVALID'],
  ] as const
  for (const [notifications, code] of faults) {
    const params = { notifications: notifications as never }
    const { message, headers } = standAlone({ method: 'subscriptions/listen', params })
    assert.equal((await door.post(message, headers)).body.error.data.code, code)
  }
})
