import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect, http, textOf } from '../../../test/support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import type { JsonObject } from '../../kernel/json/value.ts'

test('an answer may come in a stream, after what the server asks and tells', async (t) => {
  const upstream = await httpUpstream(t, {
    'tools/call'({ message, stream }) {
      const send = stream()
      send({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })
      send({ jsonrpc: '2.0', id: 7, method: 'ping' })
      send({ jsonrpc: '2.0', id: message.id ?? 0, method: 'roots/list' })
      send({ jsonrpc: '2.0', id: 'other', result: { content: [] } })
      send({ jsonrpc: '2.0', id: message.id ?? 0, result: { later: { a: [null] }, content: [] } })
    },
  })
  const servers = await connect(t, { web: http(upstream.url) })
  assert.deepEqual(await servers.call('web.echo'), { later: { a: [null] }, content: [] })
  const [call] = upstream.of('tools/call')
  // The server never ends the stream: we do.
  await once(call?.response ?? assert.fail(), 'close')
  const answers = upstream.asked.filter(
    ({ message }) => message.id !== undefined && !message.method,
  )
  assert.deepEqual(
    answers.map(({ message }) => message.result ?? (message.error as JsonObject).code),
    [{}, -32601],
  )
})

test('calls share the connections, in JSON and in streams', async (t) => {
  let streams = false
  const result = { content: [] }
  const upstream = await httpUpstream(t, {
    'tools/call'({ message, reply, stream, response }) {
      if (!streams) return reply(result)
      stream()({ jsonrpc: '2.0', id: message.id ?? 0, result })
      return void response.end()
    },
  })
  const servers = await connect(t, { web: http(upstream.url) })
  const before = upstream.connections
  for (let i = 0; i < 20; i++) {
    streams = i % 2 === 0
    await servers.call('web.echo')
  }
  assert.ok(upstream.connections - before <= 1)
})

type Answer = (asked: Asked) => void

const head = { 'content-type': 'application/json' }
const LONG = 'x'.repeat(17 * 1024 * 1024)

/** The codes matter: what is `UPSTREAM_REFUSED` is recorded as not carried out. */
const FAILURES: readonly [title: string, code: string, answer: Answer][] = [
  ['HTTP 401', 'UPSTREAM_REFUSED', ({ status }) => status(401)],
  ['HTTP 404 where there is no session', 'UPSTREAM_REFUSED', ({ status }) => status(404)],
  ['HTTP 408', 'UPSTREAM_UNAVAILABLE', ({ status }) => status(408)],
  ['HTTP 500', 'UPSTREAM_UNAVAILABLE', ({ status }) => status(500)],
  ['HTTP 202', 'UPSTREAM_PROTOCOL', ({ status }) => status(202)],
  [
    'an error of the server',
    'UPSTREAM_REFUSED',
    ({ message: { id }, response }) =>
      response.writeHead(200, head).end(JSON.stringify({ id, error: { code: 1, message: 'no' } })),
  ],
  [
    'the answer to another request',
    'UPSTREAM_PROTOCOL',
    ({ response }) => response.writeHead(200, head).end('{"id":0,"result":{"content":[]}}'),
  ],
  [
    'what is no JSON',
    'UPSTREAM_PROTOCOL',
    ({ response }) => response.writeHead(200, head).end('<html>hunter2</html>'),
  ],
  [
    'an answer without measure',
    'UPSTREAM_PROTOCOL',
    ({ reply }) => reply({ content: [], long: LONG }),
  ],
  [
    'an event without measure',
    'UPSTREAM_PROTOCOL',
    ({ stream, response }) => {
      stream()
      response.write(`data: ${LONG}`)
    },
  ],
  [
    'a stream that ends without the answer',
    'UPSTREAM_UNAVAILABLE',
    ({ stream, response }) => {
      stream()
      response.end()
    },
  ],
  [
    'a connection that breaks within the answer',
    'UPSTREAM_UNAVAILABLE',
    ({ response }) => {
      response.writeHead(200, { ...head, 'content-length': '100' })
      response.write('{"id"', () => response.destroy())
    },
  ],
  [
    'what is no HTTP',
    'UPSTREAM_PROTOCOL',
    ({ response }) => response.socket?.end('220 mail.example ESMTP\r\n'),
  ],
]

for (const [title, code, answer] of FAILURES) {
  test(`${title} is ${code}, and the next call is answered`, async (t) => {
    let calls = 0
    const upstream = await httpUpstream(t, {
      'tools/call': (asked) => (calls++ === 0 ? answer(asked) : asked.reply({ content: [] })),
    })
    const servers = await connect(t, { web: http(upstream.url) })
    await assert.rejects(servers.call('web.echo'), (error: Error & { code: string }) => {
      assert.equal(error.code, code)
      assert.doesNotMatch(`${error.stack} ${error.cause}`, /hunter2/)
      return true
    })
    assert.deepEqual(await servers.call('web.echo'), { content: [] })
    assert.equal(calls, 2)
  })
}

test('a redirect is not followed, with the credential or without', async (t) => {
  const elsewhere = await httpUpstream(t)
  const upstream = await httpUpstream(t, {
    'tools/call': ({ status }) => status(307, { location: elsewhere.url }),
  })
  const headers = { authorization: 'Bearer hunter2' }
  const servers = await connect(t, { web: http(upstream.url, { headers }) })
  // The server may have acted before it redirected.
  await assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_PROTOCOL' })
  assert.equal(elsewhere.asked.length, 0)
})

test('a call given up ends its connection and is cancelled at the server', async (t) => {
  const { promise: cancelled, resolve } = Promise.withResolvers<Asked>()
  const upstream = await httpUpstream(t, {
    'tools/call': () => undefined,
    'notifications/cancelled': (asked) => {
      asked.status(202)
      resolve(asked)
    },
  })
  const servers = await connect(t, { web: http(upstream.url, { callTimeoutMs: 100 }) })
  await assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_TIMEOUT' })
  const [call] = upstream.of('tools/call')
  assert.deepEqual((await cancelled).message.params, { requestId: call?.message.id })
  if (call?.response.closed === false) await once(call.response, 'close')
})

test('closing ends the stream of notifications and the calls under way', async (t) => {
  const upstream = await httpUpstream(t, {
    'tools/call': () => undefined,
    GET: ({ stream }) => void stream(),
  })
  const servers = await connect(t, { web: http(upstream.url) })
  const call = assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  await until(() => upstream.of('tools/call').length === 1 && upstream.of('GET').length === 1)
  const closed = Promise.all(
    [...upstream.of('tools/call'), ...upstream.of('GET')].map(({ response }) =>
      once(response, 'close'),
    ),
  )
  await servers.close()
  await Promise.all([call, closed])
})

test('an answer is read whole from a stream that is cut anywhere', async (t) => {
  const text = 'ü'.repeat(40_000)
  const upstream = await httpUpstream(t, {
    'tools/call'({ message, response }) {
      const result = { content: [{ type: 'text', text }] }
      const event = Buffer.from(`data: ${JSON.stringify({ id: message.id, result })}\r\n\r\n`)
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      for (let at = 0; at < event.length; at += 4_097)
        response.write(event.subarray(at, at + 4_097))
      response.end()
    },
  })
  const servers = await connect(t, { web: http(upstream.url) })
  assert.equal(textOf(await servers.call('web.echo')), text)
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
