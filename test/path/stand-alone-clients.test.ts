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
  deny: desk.mcp.sampling.*
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

const ASK = {
  method: 'elicitation/create',
  params: { message: 'who?', requestedSchema: { type: 'object', properties: {} } },
}

test('a server of the revision before asks a client of the newest in a call', async () => {
  const client = await connected({ capabilities: { elicitation: {} } })
  const heard: unknown[] = []
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    heard.push(params.message)
    return { action: 'accept', content: { name: 'Ann' } }
  })
  const call = { name: 'desk.ask-one', arguments: { ...ASK, times: 2 } }
  const done = await client.callTool(call)
  assert.deepEqual(heard, ['who?', 'who?'])
  assert.partialDeepStrictEqual(JSON.parse(textOf(done) ?? ''), {
    result: { action: 'accept', content: { name: 'Ann' } },
  })
  const operations = running.receipts().map(({ action }) => action?.operation)
  assert.ok(operations.includes('desk.mcp.elicitation.create'))
})

test('what a policy forbids a server to ask, no client is asked', async () => {
  const client = await connected({ capabilities: { sampling: {} } })
  client.setRequestHandler('sampling/createMessage', () => assert.fail('it was asked'))
  const params = { messages: [], maxTokens: 1 }
  const call = { name: 'desk.ask-one', arguments: { method: 'sampling/createMessage', params } }
  const { error } = JSON.parse(textOf(await client.callTool(call)) ?? '')
  assert.equal(typeof error.code, 'number')
})

test('a client that leaves its call has the server told', async () => {
  const client = await connected()
  const leaving = new AbortController()
  const call = { name: 'desk.hold', arguments: { name: 'cancelled' } }
  const held = client.callTool(call, { signal: leaving.signal })
  while (!running.received().includes('"name":"cancelled"')) await new Promise(setImmediate)
  leaving.abort()
  await assert.rejects(held)
  while (!running.received().includes('notifications/cancelled')) await new Promise(setImmediate)
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
