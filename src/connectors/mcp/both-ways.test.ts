import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { http, scripted, textOf } from '../../../test/support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import { callOf, opened } from '../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { PeerError } from '../../kernel/mcp/peer-error.ts'
import type { McpMessage } from '../../pipeline/ports.ts'

const WAIT = { waitMs: 10_000 }
const SAMPLING = { capabilities: { sampling: {} } }
const log = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'hi' } }
const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }
const progress = (progressToken: unknown) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken, progress: 1 } as JsonObject,
})

test('over HTTP what is said on the stream of a request belongs to it', async (t) => {
  const upstream = await httpUpstream(t, {
    'tools/call'({ message, stream, response }) {
      const send = stream()
      const { _meta } = message.params as { _meta: JsonObject }
      for (const said of [progress(_meta.progressToken), progress('other'), log, changed])
        send(said)
      send({ jsonrpc: '2.0', id: message.id ?? 0, result: { content: [], later: { a: null } } })
      response.end()
    },
  })
  const { transport, notified } = await opened(t, http(upstream.url))
  const heard: McpMessage[] = []
  const told = (said: McpMessage) => void heard.push(said)
  const result = await transport.request(callOf('x'), { ...WAIT, progress: true, told })
  assert.deepEqual(result, { content: [], later: { a: null } })
  assert.deepEqual(
    heard.map(({ method }) => method),
    ['notifications/progress', 'notifications/message'],
  )
  assert.deepEqual(notified, [{ method: 'notifications/tools/list_changed', params: {} }])
})

test('over standard streams progress goes by its token, the rest to the only caller', async (t) => {
  const { transport, notified } = await opened(t, scripted(await scratch(t)))
  const heard: string[] = []
  const listening = (name: string) => ({
    ...WAIT,
    progress: true,
    told: ({ method }: McpMessage) => void heard.push(`${name} ${method}`),
    asked: async () => ({}),
  })
  const messages = [progress('TOKEN'), progress(99_999), log, changed]
  const emit = callOf('emit', { messages })
  await transport.request(emit, listening('one'))
  assert.deepEqual(heard, ['one notifications/progress', 'one notifications/message'])
  const held = transport.request(callOf('hold', { name: 'h' }), listening('held'))
  await transport.request(emit, listening('two'))
  assert.deepEqual(heard.slice(2), ['two notifications/progress'])
  await transport.request(callOf('release', { order: ['h'] }), WAIT)
  await held
  assert.deepEqual(
    notified.map(({ method }) => method),
    [changed.method, log.method, changed.method],
  )
})

test('a server asks the one who waits, and gets the answer or the error', async (t) => {
  const answers: Asked[] = []
  const asks: Asked[] = []
  const upstream = await httpUpstream(t, {
    'tools/call'(asked) {
      asks.push(asked)
      const send = asked.stream()
      send({ jsonrpc: '2.0', id: 'a', method: 'sampling/createMessage', params: { n: 1 } })
      send({ jsonrpc: '2.0', id: 'a', method: 'sampling/createMessage', params: { n: 2 } })
      send({ jsonrpc: '2.0', id: 7, method: 'roots/list' })
      send({ jsonrpc: '2.0', id: 8, method: 'sampling/createMessage', params: { fail: true } })
    },
    answer(asked) {
      answers.push(asked)
      asked.status(202)
      if (answers.length < 3) return
      const { message, response } = asks[0] ?? assert.fail()
      response.end(`data: ${JSON.stringify({ id: message.id, result: { content: [] } })}\n\n`)
    },
  })
  const { transport } = await opened(t, http(upstream.url), SAMPLING)
  const asked = async ({ params }: McpMessage) => {
    if (params.fail !== true) return { model: 'm', got: params }
    throw new PeerError('UPSTREAM_REFUSED', 'it refused', { code: -1, message: 'user said no' })
  }
  await transport.request(callOf('x'), { ...WAIT, asked })
  const sent = answers.map(({ message }) => JSON.stringify(message)).sort()
  assert.deepEqual(
    sent,
    [
      '{"jsonrpc":"2.0","id":"a","result":{"model":"m","got":{"n":1}}}',
      '{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"method not found"}}',
      '{"jsonrpc":"2.0","id":8,"error":{"code":-1,"message":"user said no"}}',
    ].sort(),
  )
})

test('over standard streams the only caller is asked; of several nobody', async (t) => {
  const { transport } = await opened(t, scripted(await scratch(t)), SAMPLING)
  const asked = async () => ({ model: 'm' })
  const ask = callOf('ask-one', { method: 'sampling/createMessage', params: {} })
  const answer = async () => JSON.parse(textOf(await transport.request(ask, { ...WAIT, asked })))
  assert.deepEqual((await answer()).result, { model: 'm' })
  const held = transport.request(callOf('hold', { name: 'h' }), { ...WAIT, asked })
  assert.equal((await answer()).error.code, -32601)
  await transport.request(callOf('release', { order: ['h'] }), WAIT)
  await held
})

test('a cancelled call is cancelled at the server under the id that it knows', async (t) => {
  const arrived = Promise.withResolvers<Asked>()
  const cancelled = Promise.withResolvers<Asked>()
  const upstream = await httpUpstream(t, {
    'tools/call': arrived.resolve,
    'notifications/cancelled': (asked) => {
      asked.status(202)
      cancelled.resolve(asked)
    },
  })
  const { transport } = await opened(t, http(upstream.url))
  const controller = new AbortController()
  const call = transport.request(callOf('x'), { ...WAIT, cancelled: controller.signal })
  const { message, response } = await arrived.promise
  controller.abort()
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
  assert.deepEqual((await cancelled.promise).message.params, { requestId: message.id })
  if (!response.closed) await once(response, 'close')
})

test('a stream that breaks off is resumed after its last event', async (t) => {
  let asked: JsonObject['id'] = 0
  let resumes = 0
  const upstream = await httpUpstream(t, {
    'tools/call'({ message, stream, response }) {
      asked = message.id ?? 0
      stream()
      response.end('id: 1\nretry: 5\ndata:\n\n')
    },
    GET({ headers, stream, status, response }) {
      if (headers['last-event-id'] === undefined) return status(405)
      resumes++
      if (resumes === 1) return void response.socket?.destroy()
      stream()
      if (resumes === 2) return void response.end(`id: 2\ndata: ${JSON.stringify(log)}\n\n`)
      assert.equal(headers['last-event-id'], '2')
      const result = { content: [], resumed: true }
      return void response.end(`data: ${JSON.stringify({ id: asked, result })}\n\n`)
    },
  })
  const { transport } = await opened(t, http(upstream.url))
  const heard: McpMessage[] = []
  const told = (said: McpMessage) => void heard.push(said)
  const result = await transport.request(callOf('x'), { ...WAIT, told })
  assert.deepEqual([result.resumed, heard.length], [true, 1])
})

test('a stream that cannot be resumed fails its request', async (t) => {
  const upstream = await httpUpstream(t, {
    'tools/call'({ stream, response }) {
      stream()
      response.end('id: 1\nretry: 1\ndata:\n\n')
    },
  })
  const { transport } = await opened(t, http(upstream.url))
  await assert.rejects(transport.request(callOf('x'), WAIT), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(upstream.of('tools/call').length, 1)
})

test('no stream is opened before somebody listens; what it says belongs to nobody', async (t) => {
  const streams: ((message: JsonObject) => void)[] = []
  const upstream = await httpUpstream(t, { GET: ({ stream }) => void streams.push(stream()) })
  const heard = Promise.withResolvers<McpMessage>()
  const { transport } = await opened(t, http(upstream.url), { notified: heard.resolve })
  await transport.request(callOf('x'), WAIT)
  assert.equal(upstream.of('GET').length, 0)
  await transport.listen()
  await transport.listen()
  assert.equal(streams.length, 1)
  streams[0]?.({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a' } })
  assert.deepEqual((await heard.promise).params, { uri: 'a' })
})

test('an error of the server keeps its code and its data for who relays it', async (t) => {
  const { transport } = await opened(t, scripted(await scratch(t)))
  await assert.rejects(transport.request(callOf('refuse'), WAIT), (error) => {
    assert.ok(error instanceof PeerError)
    assert.deepEqual(error.answered, { code: -32000, message: 'not today' })
    return true
  })
})
