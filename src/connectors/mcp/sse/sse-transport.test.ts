import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http } from '../../../../test/support/upstreams/connected.ts'
import type { Asked } from '../../../../test/support/upstreams/http-upstream.ts'
import { httpUpstream } from '../../../../test/support/upstreams/http-upstream.ts'
import { type SseUpstream, sseUpstream } from '../../../../test/support/upstreams/sse-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { messageEndpoint } from './message-endpoint.ts'

const sse = (url: string) => http(url, { protocol: 'sse', headers: { Authorization: 'Bearer x' } })
const PATIENT = { waitMs: 10_000 }
const ECHOED = { content: [{ type: 'text', text: 'echoed' }] }

test('messages are posted where the stream says, and answered on the stream', async (t) => {
  const upstream = await sseUpstream(t)
  const { transport, opening } = await opened(t, sse(upstream.url))
  assert.equal(opening.protocolVersion, '2024-11-05')
  assert.deepEqual(await transport.request(callOf('echo'), PATIENT), ECHOED)
  const [stream] = upstream.of('GET')
  assert.equal(stream?.headers.accept, 'text/event-stream')
  assert.ok(upstream.asked.every(({ headers }) => headers.authorization === 'Bearer x'))
})

const SERVER = 'https://desk.example:8443/sse?tenant=a'

const ELSEWHERE = [
  'https://attacker.example/messages',
  'https://desk.example/messages',
  'http://desk.example:8443/messages',
  '//attacker.example/messages',
  '\\\\attacker.example\\messages',
  'https://user:pass@desk.example:8443/messages',
  'https://desk.example:8443@attacker.example/',
  'javascript:alert(1)',
  'https://[',
  `/messages?${'x'.repeat(9_000)}`,
]

test('an endpoint at the server itself is taken, however it is written', () => {
  for (const said of ['/m?s=1', 'm?s=1', 'https://desk.example:8443/m?s=1', '/a/../m?s=1#x']) {
    assert.equal(messageEndpoint(SERVER, said), '/m?s=1')
  }
})

for (const said of ELSEWHERE) {
  test(`an endpoint at another origin is no endpoint: ${said.slice(0, 50)}`, () => {
    assert.throws(() => messageEndpoint(SERVER, said), { code: 'UPSTREAM_PROTOCOL' })
  })
}

test('an endpoint at another origin gets neither the credential nor a message', async (t) => {
  const thief = await httpUpstream(t)
  const upstream = await sseUpstream(t, { endpoint: thief.url })
  await assert.rejects(opened(t, sse(upstream.url)), { code: 'UPSTREAM_PROTOCOL' })
  assert.equal(thief.connections, 0)
})

test('what the server asks and tells in the course of a call goes to its caller', async (t) => {
  const told: McpMessage[] = []
  const upstream: SseUpstream = await sseUpstream(t, {
    behaviour: {
      'tools/call'({ message }: Asked) {
        const params = { progressToken: message.id ?? 0, progress: 1 }
        upstream.say({ jsonrpc: '2.0', method: 'notifications/progress', params })
        upstream.say({ jsonrpc: '2.0', id: 'q', method: 'roots/list' })
      },
      answer({ message }) {
        const id = upstream.of('tools/call')[0]?.message.id ?? 0
        upstream.say({ jsonrpc: '2.0', id, result: { content: [], heard: message.result ?? 0 } })
      },
    },
  })
  const { transport } = await opened(t, sse(upstream.url), { capabilities: { roots: {} } })
  const result = await transport.request(callOf('echo'), {
    ...PATIENT,
    progress: true,
    told: (one) => void told.push(one),
    asked: async () => ({ roots: [] }),
  })
  assert.deepEqual(result, { content: [], heard: { roots: [] } })
  assert.deepEqual(
    told.map(({ method }) => method),
    ['notifications/progress'],
  )
})

test('when the stream ends, so does the session, with the calls under way', async (t) => {
  const upstream: SseUpstream = await sseUpstream(t, {
    behaviour: { 'tools/call': () => upstream.hangUp() },
  })
  const { transport, down } = await opened(t, sse(upstream.url))
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(down.length, 1)
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_UNAVAILABLE' })
})

test('a server that moves within a session is left', async (t) => {
  const upstream: SseUpstream = await sseUpstream(t, {
    behaviour: {
      'tools/call': () =>
        void upstream
          .of('GET')[0]
          ?.response.write('event: endpoint\ndata: /messages?session=2\n\n'),
    },
  })
  const { transport, down } = await opened(t, sse(upstream.url))
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_PROTOCOL' })
  assert.equal(down.length, 1)
})

test('a message that is refused fails its call alone', async (t) => {
  let calls = 0
  const upstream = await httpUpstream(t, {
    GET(asked) {
      asked.stream()
      asked.response.write('event: endpoint\ndata: ?here\n\n')
    },
    initialize({ message, status }) {
      status(202)
      const result = { protocolVersion: '2025-03-26', capabilities: {} }
      const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result })
      upstream.of('GET')[0]?.response.write(`data: ${answer}\n\n`)
    },
    'tools/call'({ message, status }) {
      if (calls++ === 0) return status(403)
      status(202)
      const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })
      upstream.of('GET')[0]?.response.write(`data: ${answer}\n\n`)
    },
  })
  const { transport } = await opened(t, sse(upstream.url))
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_REFUSED' })
  assert.deepEqual(await transport.request(callOf('echo'), PATIENT), {})
})

test('a call that is cancelled is cancelled at the server', async (t) => {
  const { promise: told, resolve } = Promise.withResolvers<Asked>()
  const upstream = await sseUpstream(t, {
    behaviour: { 'tools/call': () => undefined, 'notifications/cancelled': resolve },
  })
  const { transport } = await opened(t, sse(upstream.url))
  const gone = new AbortController()
  const call = transport.request(callOf('echo'), { ...PATIENT, cancelled: gone.signal })
  while (upstream.of('tools/call').length === 0) await new Promise(setImmediate)
  gone.abort()
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
  const id = upstream.of('tools/call')[0]?.message.id
  assert.deepEqual((await told).message.params, { requestId: id })
})
