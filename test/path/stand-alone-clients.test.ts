import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const REVISION = '2026-07-28'

const POLICY = `
policy p {
  allow: desk.*
  deny: desk.raw
}`

let running: RunningRuntime
const clients: Client[] = []

before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'] })
})

after(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await running.close()
})

type Mode = NonNullable<ClientOptions['versionNegotiation']>['mode']

/** The official client, in the newest revision, to all servers or to one. */
async function connected(
  options: ClientOptions = {},
  { path = '/mcp', mode = 'auto' as Mode } = {},
) {
  const { token } = await running.runtime.operations.issueToken('sales', {})
  const negotiation = { versionNegotiation: { mode } } as ClientOptions
  const client = new Client({ name: 'test', version: '1' }, { ...negotiation, ...options })
  clients.push(client)
  const headers = { authorization: `Bearer ${token}` }
  const url = new URL(`${running.runtime.address}${path}`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  assert.equal(client.getNegotiatedProtocolVersion(), REVISION)
  return client
}

const textOf = ({ content }: object & { content?: unknown }) => {
  const [first] = content as readonly { text?: string }[]
  return first?.text
}

for (const mode of ['auto', { pin: REVISION }] as const) {
  const title = JSON.stringify(mode)
  test(`a client of the newest revision does its work, negotiated by ${title}`, async () => {
    const client = await connected({}, { mode })
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    assert.ok(names.includes('desk.echo') && !names.includes('desk.raw'))
    assert.deepEqual(names, [...names].sort())
    const done = await client.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
    assert.equal(textOf(done), 'hi')
    const denied = await client.callTool({ name: 'desk.raw', arguments: {} })
    assert.equal(denied.isError, true)
  })
}

test('a client works with one server under the names of that', async () => {
  const client = await connected({}, { path: '/mcp/desk' })
  assert.deepEqual(client.getServerCapabilities()?.tools, { listChanged: true })
  const done = await client.callTool({ name: 'echo', arguments: { message: 'one' } })
  assert.equal(textOf(done), 'one')
})

test('a client is told of other tools on the stream that it opens for that', async () => {
  const changed = Promise.withResolvers<void>()
  const onChanged = () => changed.resolve()
  const client = await connected({
    listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged } },
  })
  await client.callTool({ name: 'desk.add-tool', arguments: { name: 'later' } })
  await changed.promise
})

test('all that was done by all connections of the agent is one run', async () => {
  const runs = running
    .receipts()
    .filter(({ action }) => action?.operation.startsWith('desk.'))
    .map(({ run }) => run)
  assert.equal(new Set(runs).size, 1)
})
