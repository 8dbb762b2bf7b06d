import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { http } from '../../../../test/support/upstreams/connected.ts'
import type { Asked } from '../../../../test/support/upstreams/http-upstream.ts'
import {
  DISCOVERED,
  decoded,
  metaOf,
  modernUpstream,
  refuse,
} from '../../../../test/support/upstreams/modern-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { ABOUT_RUNTIME, aboutServer } from '../handshake.ts'
import { openTransport, reach } from '../open-transport.ts'

const modern = (url: string) => http(url, { protocol: '2026-07-28' })
const PATIENT = { waitMs: 10_000 }
const META = 'io.modelcontextprotocol/'

test('a server says what it is when it is discovered, in the shape of an opening', async (t) => {
  const upstream = await modernUpstream(t)
  const { opening } = await opened(t, modern(upstream.url))
  const { beside, ...about } = aboutServer(opening)
  assert.deepEqual(about, {
    protocolVersion: '2026-07-28',
    capabilities: { tools: {} },
    serverInfo: { name: 'modern', version: '3' },
    instructions: 'ask nicely',
  })
  assert.deepEqual(beside, {})
})

test('every request says who asks, as the client did and no more', async (t) => {
  const upstream = await modernUpstream(t)
  const capabilities = { roots: { listChanged: true }, elicitation: {}, tasks: { list: {} } }
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const call = { ...callOf('echo'), params: { ...callOf('echo').params, _meta: { 'x/y': 1 } } }
  await transport.request(call, PATIENT)
  const [asked] = upstream.of('tools/call')
  assert.deepEqual(metaOf(asked ?? assert.fail()), {
    'x/y': 1,
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientInfo`]: { name: 'test', version: '1' },
    [`${META}clientCapabilities`]: { roots: {}, elicitation: {} },
  })
  assert.deepEqual(
    upstream.asked.map(({ message }) => message.method),
    ['server/discover', 'tools/call'],
  )
})

test('header injection by a name: it stays within its header', async (t) => {
  const upstream = await modernUpstream(t)
  const { transport } = await opened(t, modern(upstream.url))
  const name = 'echo\r\nauthorization: Bearer stolen'
  await transport.request(callOf(name), PATIENT)
  await transport.request(callOf('=?base64?ZWNobw==?='), PATIENT)
  const [first, second] = upstream.of('tools/call')
  assert.equal(decoded(first?.headers['mcp-name']), name)
  assert.equal(first?.headers.authorization, undefined)
  assert.equal(decoded(second?.headers['mcp-name']), '=?base64?ZWNobw==?=')
})

test('a stream tells what concerns its request, and nothing that belongs to another', async (t) => {
  const upstream = await modernUpstream(t, {
    'tools/call'({ message, stream, response }) {
      const send = stream()
      const progress = (progressToken: unknown) =>
        send({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken, progress: 1 } as JsonObject,
        })
      progress('p1')
      progress(message.id)
      const tell = (method: string, params: JsonObject = {}) =>
        send({ jsonrpc: '2.0', method: `notifications/${method}`, params })
      tell('message', { level: 'info', data: 'not asked for' })
      tell('tools/list_changed')
      tell('resources/updated', { uri: 'x:y' })
      tell('subscriptions/acknowledged')
      tell('custom', { _meta: { [`${META}subscriptionId`]: 'p1' } })
      tell('custom', { kept: true })
      send({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} })
      send({ jsonrpc: '2.0', id: 'p1', result: { content: 'of another' } })
      send({ jsonrpc: '2.0', id: message.id ?? 0, result: { content: [] } })
      response.end()
    },
  })
  const { transport, notified } = await opened(t, modern(upstream.url))
  const told: McpMessage[] = []
  const options = { ...PATIENT, progress: true, told: (one: McpMessage) => void told.push(one) }
  assert.deepEqual(await transport.request(callOf('echo'), options), { content: [] })
  assert.deepEqual(
    told.map(({ method }) => method),
    ['notifications/progress', 'notifications/custom'],
  )
  assert.deepEqual(told[1]?.params, { kept: true })
  assert.deepEqual(notified, [])
  assert.ok(upstream.asked.every(({ message }) => message.method !== undefined))
})

test('to cancel a call is to close its stream', async (t) => {
  const upstream = await modernUpstream(t, { 'tools/call': ({ stream }) => void stream() })
  const { transport } = await opened(t, modern(upstream.url))
  const gone = new AbortController()
  const call = transport.request(callOf('echo'), { ...PATIENT, cancelled: gone.signal })
  while (upstream.of('tools/call').length === 0) await new Promise(setImmediate)
  const closed = once(upstream.of('tools/call')[0]?.response ?? assert.fail(), 'close')
  gone.abort()
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
  await closed
  assert.equal(upstream.of('notifications/cancelled').length, 0)
})

test('a call that is cancelled before it begins fails, and the next one is answered', async (t) => {
  const upstream = await modernUpstream(t)
  const { transport } = await opened(t, modern(upstream.url))
  const cancelled = AbortSignal.abort()
  const call = transport.request(callOf('echo'), { ...PATIENT, cancelled })
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
  assert.ok(await transport.request(callOf('echo'), PATIENT))
})

type Answer = (asked: Asked) => void

/** The codes matter: what is `UPSTREAM_REFUSED` is recorded as not carried out. */
const FAILURES: readonly [title: string, code: string, answer: Answer][] = [
  [
    'a missing capability',
    'UPSTREAM_REFUSED',
    (asked) => refuse(asked, 400, { code: -32021, message: 'no', data: {} }),
  ],
  [
    'a method that it has not',
    'UPSTREAM_REFUSED',
    (asked) => refuse(asked, 404, { code: -32601, message: 'no' }),
  ],
  [
    'an error without an id',
    'UPSTREAM_REFUSED',
    ({ response }) =>
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}'),
  ],
  ['HTTP 404 with nothing to read', 'UPSTREAM_REFUSED', ({ status }) => status(404)],
  ['HTTP 503', 'UPSTREAM_UNAVAILABLE', ({ status }) => status(503)],
  ['a redirect', 'UPSTREAM_PROTOCOL', ({ status }) => status(307, { location: '/other' })],
  [
    'a refusal that holds a result',
    'UPSTREAM_REFUSED',
    ({ message, response }) =>
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { content: [] } })),
  ],
  [
    'no revision in common',
    'UPSTREAM_REFUSED',
    (asked) => refuse(asked, 400, { code: -32022, message: 'no', data: { supported: ['2099-1'] } }),
  ],
  [
    'the refused revision offered again, without end',
    'UPSTREAM_REFUSED',
    (asked) =>
      refuse(asked, 400, { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } }),
  ],
  [
    'a result of a type that nobody knows',
    'UPSTREAM_PROTOCOL',
    ({ reply }) => reply({ resultType: 'surprise' }),
  ],
  [
    'a task for a client that knows none',
    'UPSTREAM_PROTOCOL',
    ({ reply }) => reply({ resultType: 'task', taskId: 't' }),
  ],
]

for (const [title, code, answer] of FAILURES) {
  test(`${title} is ${code}, and the next call is answered`, async (t) => {
    let calls = 0
    const upstream = await modernUpstream(t, {
      'tools/call': (asked) => (calls++ === 0 ? answer(asked) : asked.reply({ content: [] })),
    })
    const { transport } = await opened(t, modern(upstream.url))
    await assert.rejects(transport.request(callOf('echo'), PATIENT), { code })
    assert.ok(await transport.request(callOf('echo'), PATIENT))
    assert.equal(calls, 2)
  })
}

const LIES: readonly [title: string, answer: JsonObject][] = [
  ['no revisions', { ...DISCOVERED, supportedVersions: 'all of them' }],
  ['revisions that are no text', { ...DISCOVERED, supportedVersions: [20260728] }],
  ['other revisions than it answers in', { ...DISCOVERED, supportedVersions: ['2031-01-01'] }],
  ['capabilities that are none', { ...DISCOVERED, capabilities: [] }],
  ['a request for input', { ...DISCOVERED, resultType: 'input_required', requestState: 's' }],
]

for (const [title, answer] of LIES) {
  test(`a server that is discovered with ${title} is not opened`, async (t) => {
    const upstream = await modernUpstream(t, { 'server/discover': ({ reply }) => reply(answer) })
    await assert.rejects(opened(t, modern(upstream.url)), { code: 'UPSTREAM_PROTOCOL' })
  })
}

test('a server that is not there is down, and says so once', async (t) => {
  const upstream = await modernUpstream(t)
  const { transport, down } = await opened(t, modern(upstream.url))
  await upstream.close()
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_UNAVAILABLE' })
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(down.length, 1)
})

test('a task passes to a client that knows tasks, and is asked for by its id', async (t) => {
  const task = { resultType: 'task', taskId: 't 1', status: 'working' }
  const upstream = await modernUpstream(t, {
    'tools/call': ({ reply }) => reply(task),
    'tasks/get': ({ reply }) => reply({ resultType: 'complete', status: 'completed' }),
  })
  const extensions = { [`${META}tasks`]: {} }
  const transport = openTransport(reach(modern(upstream.url)), {
    notified: () => undefined,
    down: () => undefined,
    said: () => undefined,
  })
  t.after(() => transport.close())
  const about = { ...ABOUT_RUNTIME, protocolVersion: '2026-07-28', capabilities: { extensions } }
  await transport.open(about, 10_000)
  assert.deepEqual(await transport.request(callOf('echo'), PATIENT), task)
  await transport.request({ method: 'tasks/get', params: { taskId: 't 1' } }, PATIENT)
  assert.equal(upstream.of('tasks/get')[0]?.headers['mcp-name'], 't 1')
})
