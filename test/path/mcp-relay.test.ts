import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import * as schemas from '@modelcontextprotocol/sdk/types.js'
import { runRuntime } from '../support/running-runtime.ts'

const EVERYTHING = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/dist/index.js',
)

const POLICY = 'policy test { allow: everything.* if principal.roles.contains("sales") }'

/** The official client 1, able to all that a client can be asked for, with what it is told. */
function ableClient() {
  const client = new Client(
    { name: 'test', version: '0' },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  )
  const told: string[] = []
  client.setRequestHandler(schemas.CreateMessageRequestSchema, async () => {
    told.push('sampling')
    return { role: 'assistant', model: 'm', content: { type: 'text', text: 'a rhyme' } }
  })
  client.setRequestHandler(schemas.ElicitRequestSchema, async () => {
    told.push('elicitation')
    return { action: 'decline' }
  })
  client.setRequestHandler(schemas.ListRootsRequestSchema, async () => {
    told.push('roots')
    return { roots: [{ uri: 'file:///srv', name: 'srv' }] }
  })
  return { client, told }
}

async function direct(t: TestContext) {
  const { client, told } = ableClient()
  const args = [EVERYTHING, 'stdio']
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' })
  await client.connect(transport)
  t.after(() => client.close())
  return { client, told }
}

async function relayed(t: TestContext) {
  const command = JSON.stringify(process.execPath)
  const args = JSON.stringify([EVERYTHING, 'stdio'])
  const more = `[servers.everything]\ntransport = "stdio"\ncommand = ${command}\nargs = ${args}`
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], more })
  t.after(() => running.close())
  const { client, told } = ableClient()
  const { token } = await running.runtime.operations.issueToken('sales', {})
  const headers = { authorization: `Bearer ${token}` }
  const url = new URL(`${running.runtime.address}/mcp/everything`)
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } })
  // The package's own types disagree under `exactOptionalPropertyTypes`.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  t.after(() => client.close())
  return { client, told }
}

/** What a client comes to see of a server, but for times and counters. */
async function seen({ client, told }: { client: Client; told: readonly string[] }) {
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args })
  const progress: number[] = []
  const { tools } = await client.listTools()
  const { resources } = await client.listResources()
  const { resourceTemplates } = await client.listResourceTemplates()
  const { prompts } = await client.listPrompts()
  const [first] = resources
  assert.ok(first)
  const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 4 } }
  const onprogress = ({ progress: value }: { progress: number }) => void progress.push(value)
  await client.callTool(long, undefined, { onprogress })
  await client.subscribeResource({ uri: first.uri })
  await client.unsubscribeResource({ uri: first.uri })
  await client.setLoggingLevel('error')
  const refused = await client.readResource({ uri: 'demo://nothing' }).catch(({ code }) => code)
  return {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
    tools: tools.map(({ name }) => name).sort(),
    definitions: tools.length,
    resources,
    resourceTemplates,
    prompts,
    progress,
    refused,
    echo: await call('echo', { message: 'hi' }),
    links: await call('get-resource-links', { count: 2 }),
    image: await call('get-tiny-image'),
    structured: await call('get-structured-content', { location: 'Chicago' }),
    roots: await call('get-roots-list'),
    sampled: await call('trigger-sampling-request', { prompt: 'rhyme', maxTokens: 5 }),
    elicited: await call('trigger-elicitation-request'),
    read: await client.readResource({ uri: first.uri }),
    prompt: await client.getPrompt({ name: prompts[0]?.name ?? '' }),
    completed: await client.complete({
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'department', value: '' },
    }),
    told: [...told].sort(),
  }
}

test('a client sees through the runtime what it sees of the server itself', async (t) => {
  const { progress: steps, ...expected } = await seen(await direct(t))
  const { progress, ...through } = await seen(await relayed(t))
  // The client drops a step that comes together with the answer: of four it tells three at least.
  for (const told of [steps, progress]) {
    assert.ok(told.length >= 3, `${told.length} steps were told`)
    assert.deepEqual(told, [1, 2, 3, 4].slice(0, told.length))
  }
  assert.ok(['elicitation', 'roots', 'sampling'].every((kind) => expected.told.includes(kind)))
  assert.deepEqual(through, expected)
})
