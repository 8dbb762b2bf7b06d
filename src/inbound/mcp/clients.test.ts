import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import * as older from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import {
  as,
  type RunningDoor,
  request,
  runningDoor,
  TOOLS,
} from '../../../test/support/running-door.ts'

const INFO = { name: 'test', version: '0' }
const options = { requestInit: { headers: as('sales') } }

/** What both generations of the official client have in common, as far as it is used here. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>
  callTool(call: { name: string; arguments: object }): Promise<Record<string, unknown>>
  close(): Promise<void>
}

async function useAll({ catalog, gate }: RunningDoor, client: AnyClient, changed: Promise<void>) {
  const { tools } = await client.listTools()
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['files.read', 'slack.post'],
  )
  const done = await client.callTool({ name: 'slack.post', arguments: { text: 'hi' } })
  assert.deepEqual(done.content, [{ type: 'text', text: 'slack.post' }])
  const denied = await client.callTool({ name: 'slack.archive', arguments: {} })
  assert.equal(denied.isError, true)
  assert.partialDeepStrictEqual(denied, { _meta: { 'portcullis/code': 'POLICY_DENIED' } })
  // The stream opens whenever the client likes; what is told before that, it does not hear.
  const telling = setInterval(() => catalog.replace(TOOLS.slice(0, 1)), 10)
  await changed.finally(() => clearInterval(telling))
  assert.deepEqual(gate.refusals, [], 'an official client does nothing that is refused')
}

const MODES = [
  { mode: 'auto', version: '2026-07-28' },
  { mode: { pin: '2026-07-28' }, version: '2026-07-28' },
  { mode: 'legacy', version: '2025-11-25' },
] as const

for (const { mode, version } of MODES) {
  const title = JSON.stringify(mode)
  test(`the official client 2 does all that is served, with negotiation ${title}`, async (t) => {
    const running = await runningDoor(t)
    const changed = Promise.withResolvers<void>()
    const client = new Client(INFO, {
      versionNegotiation: { mode },
      // Opens a stream of its own where the revision has one for it.
      listChanged: {
        tools: { autoRefresh: false, debounceMs: 0, onChanged: () => changed.resolve() },
      },
    })
    const transport = new StreamableHTTPClientTransport(new URL(running.url), options)
    await client.connect(transport)
    assert.equal(client.getNegotiatedProtocolVersion(), version)
    if (mode === 'legacy') await client.ping()
    await useAll(running, client as AnyClient, changed.promise)
    await transport.terminateSession()
    await client.close()
  })
}

test('the official client 1 does all that is served', async (t) => {
  const running = await runningDoor(t)
  const client = new OlderClient(INFO)
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve())
  })
  const transport = new older.StreamableHTTPClientTransport(new URL(running.url), options)
  // The package's own types disagree under `exactOptionalPropertyTypes`.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  await client.ping()
  await useAll(running, client as AnyClient, changed)
  await transport.terminateSession()
  await client.close()
})

test('a discovery in another shape is told so, and holds up nothing behind it', async (t) => {
  const door = await runningDoor(t)
  for (const params of [undefined, {}, { _meta: {} }, { protocolVersion: '2026-07-28' }]) {
    const message = {
      jsonrpc: '2.0',
      id: 'd',
      method: 'server/discover',
      ...(params && { params }),
    }
    const { status, body } = await door.post(message, as('sales'))
    assert.ok(status >= 400 && status < 500, `${status}`)
    assert.equal(body.error.code < 0, true)
    assert.match(body.error.data.code, /^(REQUEST|SESSION)_/)
  }
  const session = await door.open()
  assert.equal((await door.post(request('tools/list'), session)).status, 200)
})
