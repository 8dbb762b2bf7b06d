import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { elicit } from '../../../../test/support/asking-server.ts'
import { inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import { runningDoor } from '../../../../test/support/running-door.ts'
import { type StandAlone, standAlone } from '../../../../test/support/stand-alone.ts'
import type { Action } from '../../../kernel/action.ts'
import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'
import type { McpClient, McpUpstreams } from '../../../pipeline/ports.ts'
import { NO_UPSTREAMS } from '../no-upstreams.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const WITH_TASKS = { extensions: { [TASKS]: {} }, elicitation: {} }

const ABOUT = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {}, prompts: {}, tasks: { list: {} }, extensions: { [TASKS]: {} } },
  serverInfo: { name: 'Slack', version: '9' },
  instructions: 'be kind',
  beside: { motto: 'hi' },
}

/** A server `slack` on its own, and what each agent may do there. */
async function serving(t: TestContext, carryOut: (action: Action) => Promise<JsonObject>) {
  const lists: McpClient[] = []
  const upstreams: McpUpstreams = {
    ...NO_UPSTREAMS,
    servers: () => ['slack'],
    about: async () => ABOUT,
    async list(_server, { method }, { client }) {
      lists.push(client)
      if (method === 'resources/list') {
        throw new PeerError('UPSTREAM_REFUSED', 'no', { code: -32002, message: 'not here' })
      }
      return { prompts: [{ name: 'a' }, { name: 'b' }], ttlMs: 99, cacheScope: 'public', also: 1 }
    },
  }
  const tasks = ['get', 'update', 'cancel'].map((name) => `slack.mcp.tasks.${name} slack`)
  const own = [
    'slack.post',
    'slack.mcp.initialize slack',
    'slack.mcp.prompts.get slack.b',
    ...tasks,
  ]
  const permits = {
    sales: [...own, 'slack.mcp.elicitation.create slack', 'slack.mcp.x-own.thing slack'],
    research: own,
    nobody: [],
  }
  const gate = inMemoryGate({ permits, carryOut })
  const door = await runningDoor(t, { gate, upstreams })
  const ask = async (asked: StandAlone) => {
    const { message, headers } = standAlone(asked)
    const response = await fetch(`${door.url}/slack`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(message),
    })
    // biome-ignore lint/suspicious/noExplicitAny: tests look deep into answers
    return { status: response.status, body: (await response.json()) as any }
  }
  return { gate, lists, ask }
}

const nothing = async () => ({})

test('one server is discovered as what it says of itself, but for what is no more', async (t) => {
  const { ask } = await serving(t, nothing)
  const { result } = (await ask({ method: 'server/discover' })).body
  assert.deepEqual(result, {
    motto: 'hi',
    supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'],
    capabilities: { tools: {}, prompts: {}, extensions: { [TASKS]: {} } },
    instructions: 'be kind',
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'Slack', version: '9' } },
  })
})

test('a server of which an agent may use nothing is not there, and is not opened', async (t) => {
  const { ask, lists } = await serving(t, nothing)
  for (const method of ['server/discover', 'prompts/list']) {
    const { status, body } = await ask({ method, agent: 'nobody' })
    assert.deepEqual([status, body.error.data.code], [404, 'MCP_SERVER_UNKNOWN'])
  }
  assert.deepEqual(lists, [])
})

test('a list of a server is filtered, and nobody may keep it whatever that says', async (t) => {
  const { ask, lists } = await serving(t, nothing)
  const capabilities = { sampling: {} }
  const { body } = await ask({ method: 'prompts/list', capabilities })
  assert.deepEqual(body.result, {
    ...{ prompts: [{ name: 'b' }], also: 1 },
    ...{ resultType: 'complete', ttlMs: 0, cacheScope: 'private' },
  })
  assert.deepEqual(lists[0]?.about.capabilities, capabilities)
})

test('an agent is one client to a server as long as it says the same of itself', async (t) => {
  const { ask, lists } = await serving(t, nothing)
  for (const capabilities of [{ roots: {} }, { roots: {} }, {}]) {
    await ask({ method: 'prompts/list', capabilities })
  }
  assert.equal(lists[0], lists[1])
  assert.notEqual(lists[0], lists[2])
  assert.equal(lists[0]?.session, lists[2]?.session)
})

test('a code that is no more is told as the one in its place', async (t) => {
  const { ask } = await serving(t, nothing)
  const { body } = await ask({ method: 'resources/list' })
  assert.deepEqual(body.error, { code: -32602, message: 'not here' })
})

test('an unknown method is relayed', async (t) => {
  const { ask, gate } = await serving(t, async () => ({ own: true }))
  const { body } = await ask({ method: 'x-own/thing', params: { a: 1 } })
  assert.deepEqual(body.result, { own: true, resultType: 'complete' })
  assert.partialDeepStrictEqual(gate.guarded.at(-1)?.action, {
    ...{ kind: 'mcp.request', server: 'slack', method: 'x-own/thing', args: { a: 1 } },
  })
})

const TASK = { resultType: 'task', taskId: 't1', status: 'working' }
const CALL: StandAlone = {
  method: 'tools/call',
  params: { name: 'post' },
  capabilities: WITH_TASKS,
}
const taskCall = (method: string, beside: Partial<StandAlone> = {}): StandAlone => ({
  ...{ method, params: { taskId: 't1' }, capabilities: WITH_TASKS },
  ...beside,
})

const tasking = async (action: Action): Promise<JsonObject> =>
  action.kind === 'tool.call' ? TASK : { taskId: 't1', status: 'completed', result: {} }

test('a task is its agent’s, and another’s is as none at all', async (t) => {
  const { ask } = await serving(t, tasking)
  const early = await ask(taskCall('tasks/get'))
  assert.deepEqual((await ask(CALL)).body.result, TASK)
  assert.equal((await ask(taskCall('tasks/get'))).body.result.status, 'completed')
  const others = await ask(taskCall('tasks/get', { agent: 'research' }))
  assert.deepEqual([others.status, others.body.error.code], [200, -32602])
  assert.deepEqual(others.body, early.body)
  for (const method of ['tasks/cancel', 'tasks/update']) {
    const { body } = await ask(taskCall(method, { agent: 'research' }))
    assert.equal(body.error.data.code, 'TASK_UNKNOWN')
    assert.equal((await ask(taskCall(method))).body.error, undefined)
  }
})

test('a task needs its header, and a client that takes tasks', async (t) => {
  const { ask } = await serving(t, tasking)
  const { status, body } = await ask({ ...CALL, capabilities: {} })
  assert.deepEqual([status, body.error.code], [400, -32021])
  assert.deepEqual(body.error.data.requiredCapabilities, { extensions: { [TASKS]: {} } })
  await ask(CALL)
  const bare = await ask(taskCall('tasks/get', { headers: { 'mcp-name': 't2' } }))
  assert.equal(bare.body.error.code, -32020)
})

test('what a task asks is asked only where a policy lets its server ask', async (t) => {
  const inputRequests = { a: { method: 'elicitation/create', params: elicit('a') } }
  const { ask } = await serving(t, async (action) =>
    action.kind === 'tool.call' ? TASK : { taskId: 't1', status: 'input_required', inputRequests },
  )
  await ask(CALL)
  assert.deepEqual((await ask(taskCall('tasks/get'))).body.result.inputRequests, inputRequests)
  const bare = { extensions: { [TASKS]: {} } }
  const { body } = await ask(taskCall('tasks/get', { capabilities: bare }))
  assert.equal(body.error.code, -32021)
})

test('what fails within is told by a code alone', async (t) => {
  const { ask } = await serving(t, async () => {
    throw new PortcullisError('UPSTREAM_TIMEOUT', 'slack:/secret')
  })
  const { body } = await ask(CALL)
  assert.equal(body.result._meta['portcullis/code'], 'UPSTREAM_TIMEOUT')
  assert.equal(body.result.resultType, 'complete')
  assert.ok(!JSON.stringify(body).includes('secret'))
})
