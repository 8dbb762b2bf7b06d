import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { type StreamingServer, streamingServer } from '../support/upstreams/streaming-server.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'portcullis.js')
const SAMPLING = {
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'hi' } }],
  maxTokens: 5,
}

let asked = Promise.withResolvers<AbortSignal>()
let running: RunningRuntime
let server: StreamingServer

before(async () => {
  server = await streamingServer({
    /** Hangs up, and answers when nobody listens to this stream any more. */
    async poll({ http }, hungUp) {
      http?.closeSSE?.()
      await hungUp()
      return 'come back for'
    },
    /** Asks its client, and wants to know it no more once the client was asked. */
    async waver({ mcpReq }) {
      const wavering = new AbortController()
      void asked.promise.then(() => wavering.abort())
      const { signal } = wavering
      return mcpReq.requestSampling(SAMPLING, { signal }).then(
        () => 'answered',
        () => 'withdrawn',
      )
    },
  })
  const more = `[servers.own]\ntransport = "http"\nurl = "${server.url}"\n`
  const policy = 'policy own {\n  allow: own.*\n}\n'
  running = await runRuntime({ policy, agents: ['desktop'], more })
})
after(async () => {
  await running.close()
  server.close()
})

/** The official client 1, which is slow to answer what it is asked. */
async function connected(t: TestContext, over: 'http' | 'stdio') {
  asked = Promise.withResolvers()
  const client = new Client({ name: 'test', version: '0' }, { capabilities: { sampling: {} } })
  client.setRequestHandler(CreateMessageRequestSchema, async (_, { signal }) => {
    asked.resolve(signal)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { role: 'assistant', model: 'm', content: { type: 'text', text: 'late' } }
  })
  t.after(() => client.close())
  const transport = over === 'http' ? await overHttp() : overStdio()
  // The package's own types disagree under `exactOptionalPropertyTypes`.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  return client
}

async function overHttp() {
  const { token } = await running.runtime.operations.issueToken('desktop', {})
  const headers = { authorization: `Bearer ${token}` }
  const url = new URL(`${running.runtime.address}/mcp/own`)
  return new StreamableHTTPClientTransport(url, { requestInit: { headers } })
}

function overStdio() {
  const config = join(running.folder, 'portcullis.toml')
  const args = [BIN, 'mcp', 'stdio', '--agent', 'desktop', '--config', config, '--server', 'own']
  return new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' })
}

for (const over of ['http', 'stdio'] as const) {
  test(`over ${over}, an answer that its server hung up on is come back for`, async (t) => {
    const client = await connected(t, over)
    const { content } = await client.callTool({ name: 'poll', arguments: {} })
    assert.deepEqual(content, [{ type: 'text', text: 'come back for' }])
  })

  test(`over ${over}, a question that its server withdraws ends at the client`, async (t) => {
    const client = await connected(t, over)
    const { content } = await client.callTool({ name: 'waver', arguments: {} })
    assert.deepEqual(content, [{ type: 'text', text: 'withdrawn' }])
    const signal = await asked.promise
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }
    // What is recorded after it is durable after it.
    await client.callTool({ name: 'nothing', arguments: {} }).catch(() => undefined)
    const ended = running
      .receipts()
      .findLast(
        ({ kind, action }) =>
          kind === 'effect' && action?.operation === 'own.mcp.sampling.createMessage',
      )
    assert.equal(ended?.code, 'CALL_CANCELLED')
  })
}
