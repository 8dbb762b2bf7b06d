import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import * as schemas from '@modelcontextprotocol/sdk/types.js'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { EVERYTHING } from '../support/upstreams/connected.ts'

const POLICY = 'policy test { allow: everything.* }'
const CALL = {
  name: 'everything.simulate-research-query',
  arguments: { topic: 'python', ambiguous: true },
}

/** The official client 1 at `/mcp`, in front of the official server of tasks. */
async function connected(t: TestContext, running: RunningRuntime, agent: string) {
  const client = new Client(
    { name: 'test', version: '0' },
    { capabilities: { elicitation: {}, tasks: {} } },
  )
  const asked: unknown[] = []
  client.setRequestHandler(schemas.ElicitRequestSchema, async ({ params }) => {
    asked.push(params._meta?.['io.modelcontextprotocol/related-task'])
    return { action: 'accept', content: { interpretation: 'snake' } }
  })
  const { token } = await running.runtime.operations.issueToken(agent, {})
  const headers = { authorization: `Bearer ${token}` }
  const url = new URL(`${running.runtime.address}/mcp`)
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } })
  // The package's own types disagree under `exactOptionalPropertyTypes`.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  t.after(() => client.close())
  return { client, asked }
}

test('a task of the official server is made, answered and read among all servers', async (t) => {
  const command = JSON.stringify(process.execPath)
  const args = JSON.stringify([EVERYTHING, 'stdio'])
  const more = `[servers.everything]\ntransport = "stdio"\ncommand = ${command}\nargs = ${args}`
  const running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'], more })
  t.after(() => running.close())
  const { client, asked } = await connected(t, running, 'sales')
  assert.partialDeepStrictEqual(client.getServerCapabilities(), { tasks: { list: {} } })
  await client.listTools()
  const stream = client.experimental.tasks.callToolStream(CALL, undefined, {
    task: { ttl: 60_000 },
  })
  const ids = new Set<string>()
  let text = ''
  for await (const message of stream) {
    if (message.type === 'taskCreated' || message.type === 'taskStatus') {
      ids.add(message.task.taskId)
    } else if (message.type === 'result') {
      text = JSON.stringify(message.result.content)
    } else assert.fail(message.error)
  }
  const [taskId = ''] = ids
  assert.match(taskId, /^everything\../)
  assert.equal(ids.size, 1)
  assert.match(text, /snake/)
  assert.deepEqual(asked, [{ taskId }], 'what is asked within a task says of which')
  const { tasks } = await client.experimental.tasks.listTasks()
  assert.deepEqual(
    tasks.map((task) => [task.taskId, task.status]),
    [[taskId, 'completed']],
  )
  const other = await connected(t, running, 'research')
  await assert.rejects(other.client.experimental.tasks.getTask(taskId), { code: -32602 })
  assert.deepEqual((await other.client.experimental.tasks.listTasks()).tasks, [])
})
