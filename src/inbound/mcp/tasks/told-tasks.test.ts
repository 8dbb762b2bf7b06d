import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { elicit } from '../../../../test/support/asking-server.ts'
import { readEvents } from '../../../../test/support/read-events.ts'
import { runningDoor } from '../../../../test/support/running-door.ts'
import { ask, type StandAlone, standAlone } from '../../../../test/support/stand-alone.ts'
import { taskDesk } from '../../../../test/support/task-desk.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'

const EXTENSION = 'io.modelcontextprotocol/tasks'
const WITH_TASKS = { extensions: { [EXTENSION]: {} }, elicitation: {} }
const MADE = { resultType: 'task', taskId: 't1', status: 'working' }

/** An agent that has the task `t1` of `desk`, and a way to open streams at an address. */
async function owner(t: TestContext, server?: string) {
  const { gate, upstreams } = taskDesk({ 'tools/call': MADE })
  const door = await runningDoor(t, { gate, upstreams })
  const at = server === undefined ? door : door.at(server)
  const name = server === undefined ? 'desk.work' : 'work'
  const call = { method: 'tools/call', params: { name }, capabilities: WITH_TASKS }
  assert.equal((await ask(at, call)).status, 200)
  const listen = async (taskIds: readonly string[], beside: Partial<StandAlone> = {}) => {
    const { message, headers } = standAlone({
      ...{ method: 'subscriptions/listen', capabilities: WITH_TASKS, id: 'listening' },
      ...{ params: { notifications: { taskIds } }, ...beside },
    })
    const leaving = new AbortController()
    const accept = 'application/json, text/event-stream'
    const response = await fetch(at.url, {
      ...{ method: 'POST', signal: leaving.signal, body: JSON.stringify(message) },
      headers: { ...headers, accept, 'content-type': 'application/json' },
    })
    return { response, leave: () => leaving.abort() }
  }
  const listening = async (...asked: Parameters<typeof listen>) => {
    const { response, leave } = await listen(...asked)
    const events = readEvents(t, response)
    const next = async () => (await events.next())?.message
    const { method, params } = await next()
    assert.equal(method, 'notifications/subscriptions/acknowledged')
    return { next, leave, agreed: params.notifications }
  }
  const tell = (of: string, params: JsonObject) => {
    for (const client of new Set(upstreams.listened)) {
      client.tell(of, { method: 'notifications/tasks', params })
    }
  }
  return { gate, upstreams, catalog: door.catalog, listen, listening, tell }
}

const WORKING = { taskId: 't1', status: 'working' }
const _meta = { 'io.modelcontextprotocol/subscriptionId': 'listening' }

test('who follows a task at `/mcp` is told how it is, under the name of its server', async (t) => {
  const { gate, listening, tell } = await owner(t)
  const { next, leave, agreed } = await listening(['desk.t1'])
  assert.deepEqual(agreed, { taskIds: ['desk.t1'] })
  const followed = { server: 'desk', method: 'tasks/subscribe', args: { taskId: 't1' } }
  assert.partialDeepStrictEqual(gate.guarded.at(-1)?.action, followed)
  tell('wiki', WORKING)
  tell('desk', { taskId: 't2', status: 'working' })
  const content = [{ type: 'resource_link', uri: 'file:///a', name: 'a' }]
  tell('desk', { ...WORKING, status: 'completed', result: { content } })
  const result = { content: [{ ...content[0], uri: 'mcp+desk:file:///a' }] }
  const params = { taskId: 'desk.t1', status: 'completed', result, _meta }
  assert.deepEqual(await next(), { jsonrpc: '2.0', method: 'notifications/tasks', params })
  leave()
  const left = () => JSON.stringify(gate.guarded.at(-1)?.action).includes('tasks/unsubscribe')
  while (!left()) await new Promise(setImmediate)
})

test('who follows a task of one server is told of it under its own name', async (t) => {
  const { listening, tell } = await owner(t, 'desk')
  const { next, agreed } = await listening(['t1'])
  assert.deepEqual(agreed, { taskIds: ['t1'] })
  tell('wiki', WORKING)
  tell('desk', WORKING)
  assert.deepEqual((await next()).params, { ...WORKING, _meta })
})

test('what a task asks is told where it may be asked, and in its place', async (t) => {
  const { gate, listening, tell } = await owner(t)
  const asking = (message: string) => ({
    ...{ taskId: 't1', status: 'input_required' },
    inputRequests: { a: { method: 'elicitation/create', params: elicit(message) } },
  })
  const able = await listening(['desk.t1'])
  const bare = await listening(['desk.t1'], { capabilities: { extensions: { [EXTENSION]: {} } } })
  tell('desk', asking('a'))
  tell('desk', WORKING)
  const asked = await able.next()
  assert.equal(asked.params.inputRequests.a.params.message, 'a')
  assert.equal((await able.next()).params.status, 'working')
  assert.equal((await bare.next()).params.status, 'working', 'who can’t be asked hears no question')
  const permit = gate.permit.bind(gate)
  gate.permit = async (request) =>
    request.action.kind === 'client.request'
      ? { kind: 'refused', code: 'POLICY_DENIED' }
      : permit(request)
  tell('desk', asking('b'))
  tell('desk', { ...WORKING, status: 'completed' })
  assert.equal((await able.next()).params.status, 'completed')
})

test('who declared no tasks follows none', async (t) => {
  const { listen } = await owner(t)
  const { response } = await listen(['desk.t1'], { capabilities: {} })
  assert.equal(response.status, 400)
  const { error } = (await response.json()) as { error: { code: number; data: JsonObject } }
  assert.equal(error.code, -32021)
  assert.deepEqual(error.data.requiredCapabilities, { extensions: { [EXTENSION]: {} } })
})

test('a task of another agent, and one that never was, are left out alike', async (t) => {
  const { gate, upstreams, catalog, listening, tell } = await owner(t)
  const listen = upstreams.listen.bind(upstreams)
  upstreams.listen = (client) => {
    listen(client)
    // Before it is known what is the agent's own.
    client.tell('desk', { method: 'notifications/tasks', params: WORKING })
  }
  const strange = ['desk.t1', 'desk.t2', 'wiki.t1', 't1', 'mute.t1', 'nobody.t1', '']
  const acts = gate.guarded.length
  const notifications = { taskIds: strange, toolsListChanged: true }
  const beside = { agent: 'research', params: { notifications } }
  const { next, agreed } = await listening([], beside)
  assert.deepEqual(agreed, { toolsListChanged: true })
  assert.equal(gate.guarded.length, acts, 'no server is asked')
  assert.ok(gate.refusals.some(({ code }) => code === 'TASK_UNKNOWN'))
  const own = await listening(['desk.t1'])
  tell('desk', WORKING)
  for (let i = 0; i < 2; i++) assert.equal((await own.next()).params.taskId, 'desk.t1')
  catalog.replace([])
  assert.equal((await next()).method, 'notifications/tools/list_changed', 'and no task before it')
})
