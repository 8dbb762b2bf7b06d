import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = 'policy desk {\n  allow: desk.echo\n}\n'
const BIN = join(import.meta.dirname, '..', '..', 'bin', 'portcullis.js')

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['desktop'] })
})
after(() => running.close())

/** A desktop client, with the one line that its configuration needs. */
async function desktop(t: TestContext, ...more: string[]): Promise<Client> {
  const config = join(running.folder, 'portcullis.toml')
  const args = [BIN, 'mcp', 'stdio', '--agent', 'desktop', '--config', config, ...more]
  const transport = new StdioClientTransport({ command: process.execPath, args })
  const client = new Client({ name: 'desktop', version: '1' })
  t.after(() => client.close())
  await client.connect(transport)
  return client
}

test('a client that starts its servers itself reaches the runtime as its agent', async (t) => {
  const client = await desktop(t)
  const { tools } = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'desk.echo'))
  assert.ok(!tools.some(({ name }) => name === 'desk.raw'))
  const call = { name: 'desk.echo', arguments: { message: 'hello' } }
  assert.match(JSON.stringify(await client.callTool(call)), /hello/)
  const denied = await client.callTool({ name: 'desk.raw', arguments: {} })
  assert.match(JSON.stringify(denied), /POLICY_DENIED/)
  const decision = running.receipts().findLast(({ kind }) => kind === 'decision')
  assert.equal(decision?.actor.at(-1)?.id, 'desktop')
})

test('a session that ended is opened again, and the client need not know', async (t) => {
  const client = await desktop(t)
  const call = { name: 'desk.echo', arguments: { message: 'again' } }
  await client.callTool(call)
  const { operations } = running.runtime
  for (const { id } of operations.sessions().sessions) {
    await operations.endSession(id, { reason: 'as if it had been started again' })
  }
  assert.match(JSON.stringify(await client.callTool(call)), /again/)
})

test('an agent that is not declared is told so, on standard error alone', async (t) => {
  const config = join(running.folder, 'portcullis.toml')
  const { promise, resolve } = Promise.withResolvers<string>()
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, stderr: 'pipe' },
    args: [BIN, 'mcp', 'stdio', '--agent', 'nobody', '--config', config],
  })
  transport.stderr?.on('data', (chunk: Buffer) => {
    if (/AGENT_UNKNOWN|nobody/.test(chunk.toString())) resolve(chunk.toString())
  })
  const client = new Client({ name: 'desktop', version: '1' })
  t.after(() => client.close())
  await assert.rejects(client.connect(transport))
  assert.match(await promise, /nobody/)
})
