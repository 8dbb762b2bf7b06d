import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { readEvents } from '../support/read-events.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { standAlone } from '../support/stand-alone.ts'

const OFFICIAL = new URL('../support/upstreams/official-server.ts', import.meta.url).pathname
const POLICY = `
policy test {
  allow: [old.*, new.*]
  deny: [old.mcp.logging.setLevel, new.mcp.logging.setLevel] if principal.roles.contains("research")
}`

let running: RunningRuntime

/** One runtime in front of the official server twice, once in each era. */
before(async () => {
  const process_ = `command = ${JSON.stringify(process.execPath)}\nargs = ["${OFFICIAL}"]`
  const server = (name: string, protocol: string) =>
    `[servers.${name}]\ntransport = "stdio"\nprotocol = "${protocol}"\n${process_}\n`
  const more = server('old', 'legacy') + server('new', '2026-07-28')
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'], more })
})

after(() => running.close())

async function token(agent: string): Promise<{ readonly authorization: string }> {
  const issued = await running.runtime.operations.issueToken(agent, {})
  return { authorization: `Bearer ${issued.token}` }
}

interface Wanted {
  readonly level?: string
  readonly agent?: string
}

/** What a call without a session is told before its answer, where it names this level. */
async function toldAlone(t: TestContext, server: string, { level, agent = 'sales' }: Wanted) {
  const meta = level === undefined ? {} : { 'io.modelcontextprotocol/logLevel': level }
  const call = { method: 'tools/call', params: { name: `${server}.log` }, meta }
  const { message, headers } = standAlone(call)
  const types = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  }
  const response = await fetch(`${running.runtime.address}/mcp`, {
    ...{ method: 'POST', body: JSON.stringify(message) },
    headers: { ...headers, ...types, ...(await token(agent)) },
  })
  if (response.headers.get('content-type')?.startsWith('application/json')) return []
  const events = readEvents(t, response)
  const told: unknown[] = []
  for (;;) {
    const event = await events.next()
    if (event?.message.method !== 'notifications/message') return told
    told.push(event.message.params.data)
  }
}

for (const server of ['old', 'new']) {
  test(`a call without a session has the log it wants of a server that is ${server}`, async (t) => {
    assert.deepEqual(await toldAlone(t, server, {}), [])
    assert.deepEqual(await toldAlone(t, server, { level: 'error' }), [])
    assert.deepEqual(await toldAlone(t, server, { level: 'warning' }), ['a warning'])
    assert.deepEqual(await toldAlone(t, server, { level: 'debug' }), ['a debug', 'a warning'])
    assert.deepEqual(await toldAlone(t, server, { level: 'warning' }), ['a warning'])
  })
}

test('who may set no level sets none by naming one with a call', async (t) => {
  assert.deepEqual(await toldAlone(t, 'new', { level: 'debug', agent: 'research' }), [])
})

test('the level of a session is that of each call to a server without', async (t) => {
  const url = new URL(`${running.runtime.address}/mcp`)
  const client = new Client({ name: 'test', version: '0' })
  const told: unknown[] = []
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    told.push(params.data)
  })
  const requestInit = { headers: await token('sales') }
  const transport = new StreamableHTTPClientTransport(url, { requestInit })
  // The package's own types disagree under `exactOptionalPropertyTypes`.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  t.after(() => client.close())
  const call = () => client.callTool({ name: 'new.log', arguments: {} })
  await call()
  assert.deepEqual(told, [])
  await client.setLoggingLevel('warning')
  await call()
  assert.deepEqual(told, ['a warning'])
})
