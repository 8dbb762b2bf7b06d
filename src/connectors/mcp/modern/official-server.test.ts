import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { http, stdio, textOf } from '../../../../test/support/upstreams/connected.ts'
import { modernUpstream } from '../../../../test/support/upstreams/modern-upstream.ts'
import { officialServer } from '../../../../test/support/upstreams/official-server.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import type { Transport } from '../transport.ts'

const PATIENT = { waitMs: 10_000 }
const OFFICIAL = join(import.meta.dirname, '../../../../test/support/upstreams/official-server.ts')

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

/** What every official server must be able to do with us, whatever carries it. */
async function assertServed(transport: Transport): Promise<void> {
  const { tools } = await transport.request({ method: 'tools/list', params: {} }, PATIENT)
  assert.deepEqual(
    (tools as readonly JsonObject[]).map(({ name }) => name),
    ['where', 'greet', 'steps', 'log'],
  )
  for (const region of ['eu-west', 'Zürich', ' padded ', '']) {
    const result = await transport.request(callOf('where', { region }), PATIENT)
    assert.equal(textOf(result), region)
  }
  const asked = async ({ method }: McpMessage) => {
    assert.equal(method, 'elicitation/create')
    return { action: 'accept', content: { name: 'Ada' } }
  }
  assert.equal(textOf(await transport.request(callOf('greet'), { ...PATIENT, asked })), 'hello Ada')
  const told: McpMessage[] = []
  const options = { ...PATIENT, progress: true, told: (one: McpMessage) => void told.push(one) }
  assert.equal(textOf(await transport.request(callOf('steps'), options)), 'done')
  assert.deepEqual(
    told.map(({ params }) => params.progress),
    [1],
  )
  const read = { method: 'resources/read', params: { uri: 'file:///note' } }
  const { contents } = await transport.request(read, PATIENT)
  assert.deepEqual(contents, [{ uri: 'file:///note', text: 'written' }])
}

test('the official server of 2026-07-28 over HTTP, used and heard', async (t) => {
  const handler = createMcpHandler(officialServer)
  t.after(() => handler.close())
  const serve = toNodeHandler(handler)
  // The handler declares a request more narrowly than Node does.
  const url = await listening(t, (request, response) =>
    serve(request as Parameters<typeof serve>[0], response),
  )
  const { promise: heard, resolve } = Promise.withResolvers<readonly McpMessage[]>()
  const notified: McpMessage[] = []
  const { transport, opening } = await opened(t, http(url, { protocol: '2026-07-28' }), {
    capabilities: { elicitation: {} },
    notified(notification) {
      if (notified.push(notification) === 2) resolve(notified)
    },
  })
  assert.equal(opening.protocolVersion, '2026-07-28')
  assert.deepEqual(opening.serverInfo, { name: 'official', version: '1.0.0' })
  await assertServed(transport)
  await transport.listen()
  handler.notify.toolsChanged()
  const follow = { method: 'resources/subscribe', params: { uri: 'file:///note' } }
  await transport.request(follow, PATIENT)
  handler.notify.resourceUpdated('file:///note')
  assert.deepEqual(await heard, [
    { method: 'notifications/tools/list_changed', params: {} },
    { method: 'notifications/resources/updated', params: { uri: 'file:///note' } },
  ])
})

test('the official server of 2026-07-28 over its streams', async (t) => {
  const { transport, opening } = await opened(t, stdio([OFFICIAL], { protocol: '2026-07-28' }), {
    capabilities: { elicitation: {} },
  })
  assert.equal(opening.protocolVersion, '2026-07-28')
  await assertServed(transport)
})

test('a server of both eras is spoken to as the client in front could be asked', async (t) => {
  const handler = createMcpHandler(officialServer)
  t.after(() => handler.close())
  const serve = toNodeHandler(handler)
  const url = await listening(t, (request, response) =>
    serve(request as Parameters<typeof serve>[0], response),
  )
  const to = (capabilities: JsonObject) =>
    opened(t, http(url, { protocol: 'auto' }), { capabilities })
  assert.equal((await to({ elicitation: {} })).opening.protocolVersion, '2025-11-25')
  assert.equal((await to({})).opening.protocolVersion, '2026-07-28')
  const alone = await modernUpstream(t)
  const options = { capabilities: { elicitation: {} } }
  const { opening } = await opened(t, http(alone.url, { protocol: 'auto' }), options)
  assert.equal(opening.protocolVersion, '2026-07-28')
})

test('the official server of HTTP+SSE, found and used both ways', async (t) => {
  const sessions = new Map<string, SSEServerTransport>()
  const url = await listening(t, async (request: IncomingMessage, response) => {
    const session = new URL(request.url ?? '', 'http://here').searchParams.get('sessionId')
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      await serverV1().connect(transport)
    } else if (session === null) {
      response.writeHead(404).end()
    } else {
      await sessions.get(session)?.handlePostMessage(request, response)
    }
  })
  const { transport, opening } = await opened(t, http(url, { protocol: 'auto' }), {
    capabilities: { elicitation: {} },
  })
  assert.equal((opening.serverInfo as JsonObject).name, 'old')
  const asked = async () => ({ action: 'accept', content: { name: 'Ada' } })
  const result = await transport.request(callOf('greet'), { ...PATIENT, asked })
  assert.equal(textOf(result), 'hello Ada')
})

function serverV1(): McpServerV1 {
  const server = new McpServerV1({ name: 'old', version: '1.0.0' })
  server.registerTool('greet', { description: 'Greets.' }, async () => {
    const requestedSchema = {
      type: 'object' as const,
      properties: { name: { type: 'string' as const } },
    }
    const { content } = await server.server.elicitInput({ message: 'Who?', requestedSchema })
    return { content: [{ type: 'text', text: `hello ${content?.name}` }] }
  })
  return server
}
