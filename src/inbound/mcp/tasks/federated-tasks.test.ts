import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { elicit } from '../../../../test/support/asking-server.ts'
import { SALES } from '../../../../test/support/in-memory-ports.ts'
import { readEvents } from '../../../../test/support/read-events.ts'
import { as, request, runningDoor } from '../../../../test/support/running-door.ts'
import { ask as askAlone } from '../../../../test/support/stand-alone.ts'
import { taskDesk } from '../../../../test/support/task-desk.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { callerOf, type Line } from '../caller.ts'

const EXTENSION = 'io.modelcontextprotocol/tasks'
const RELATED = 'io.modelcontextprotocol/related-task'
const WITH_TASKS = { extensions: { [EXTENSION]: {} }, elicitation: {} }

/** A door in front of servers that make tasks, and a session of `sales` with all of them. */
async function federated(t: TestContext, results: Readonly<Record<string, JsonObject>> = {}) {
  const desk = taskDesk(results)
  const door = await runningDoor(t, desk)
  const session = await door.open()
  const ask = async (method: string, params: JsonObject = {}) =>
    (await door.post(request(method, params), session)).body
  const alone = async (method: string, params: JsonObject, capabilities: JsonObject = WITH_TASKS) =>
    (await askAlone(door, { method, params, capabilities })).body
  return { ...door, ...desk, session, ask, alone }
}

test('a task of a session is found among all servers under the name of its own', async (t) => {
  const content = [{ type: 'resource_link', uri: 'file:///a', name: 'a' }]
  const { ask, gate } = await federated(t, {
    'tasks/result': { content, _meta: { [RELATED]: { taskId: 't1' }, x: 1 } },
  })
  const made = await ask('tools/call', { name: 'desk.work', task: { ttl: 5 } })
  assert.equal(made.result.task.taskId, 'desk.t1')
  for (const method of ['tasks/get', 'tasks/cancel']) {
    const { result } = await ask(method, { taskId: 'desk.t1' })
    assert.deepEqual(result, { taskId: 'desk.t1', status: 'working' })
    const { action } = gate.guarded.at(-1) ?? {}
    assert.partialDeepStrictEqual(action, { server: 'desk', method, args: { taskId: 't1' } })
  }
  assert.deepEqual((await ask('tasks/result', { taskId: 'desk.t1' })).result, {
    content: [{ ...content[0], uri: 'mcp+desk:file:///a' }],
    _meta: { [RELATED]: { taskId: 'desk.t1' }, x: 1 },
  })
})

test('a task without a session is found so too, with its result and its questions', async (t) => {
  const inputRequests = { a: { method: 'elicitation/create', params: elicit('a') } }
  const contents = [{ type: 'resource_link', uri: 'file:///a', name: 'a' }]
  const { alone } = await federated(t, {
    'tools/call': { resultType: 'task', taskId: 't1', status: 'working' },
    'tasks/get': {
      ...{ resultType: 'complete', taskId: 't1', status: 'completed' },
      ...{ result: { content: contents }, inputRequests },
    },
  })
  const made = await alone('tools/call', { name: 'desk.work' })
  assert.partialDeepStrictEqual(made.result, { resultType: 'task', taskId: 'desk.t1' })
  const { result } = await alone('tasks/get', { taskId: 'desk.t1' })
  assert.equal(result.taskId, 'desk.t1')
  assert.equal(result.result.content[0].uri, 'mcp+desk:file:///a')
  assert.deepEqual(result.inputRequests, inputRequests)
  const { error } = await alone(
    'tasks/get',
    { taskId: 'desk.t1' },
    { extensions: { [EXTENSION]: {} } },
  )
  assert.equal(error.code, -32021, 'who declared no elicitation is asked nothing')
})

test('a task made at one address is reached at the other', async (t) => {
  const { ask, at } = await federated(t)
  const desk = at('desk')
  const session = await desk.open()
  await desk.post(request('tools/call', { name: 'work', task: {} }), session)
  assert.equal((await ask('tasks/get', { taskId: 'desk.t1' })).result.status, 'working')
  const { body } = await desk.post(request('tasks/get', { taskId: 't1' }), session)
  assert.equal(body.result.taskId, 't1')
})

test('tasks of two servers that have one id are two', async (t) => {
  const { ask, gate } = await federated(t)
  await ask('tools/call', { name: 'wiki.work', task: {} })
  assert.equal((await ask('tasks/get', { taskId: 'desk.t1' })).error.code, -32602)
  assert.equal((await ask('tasks/get', { taskId: 'wiki.t1' })).result.taskId, 'wiki.t1')
  assert.partialDeepStrictEqual(gate.guarded.at(-1)?.action, { server: 'wiki' })
})

test('a list of tasks is of the servers that made some, without those of others', async (t) => {
  const { ask, gate, logged } = await federated(t)
  assert.deepEqual((await ask('tasks/list')).result, { tasks: [] })
  assert.deepEqual(gate.guarded, [], 'nobody is asked who made none')
  for (const server of ['wiki', 'desk', 'mute']) {
    await ask('tools/call', { name: `${server}.work`, task: {} })
  }
  const { result } = await ask('tasks/list')
  assert.deepEqual(result, {
    tasks: [
      { taskId: 'desk.t1', status: 'working' },
      { taskId: 'wiki.t1', status: 'working' },
    ],
  })
  assert.ok(logged.includes('mcp.list.incomplete'), 'one that may not be asked is left out')
  assert.equal((await ask('tasks/list', { cursor: '!' })).error.code, -32602)
})

test('pages of that list follow one another through all servers', async (t) => {
  const desk = taskDesk({})
  const door = await runningDoor(t, { ...desk, limits: { entriesPerPage: 1 } })
  const session = await door.open()
  const ask = async (method: string, params: JsonObject) =>
    (await door.post(request(method, params), session)).body.result
  for (const name of ['desk.work', 'wiki.work']) await ask('tools/call', { name, task: {} })
  const first = await ask('tasks/list', {})
  const second = await ask('tasks/list', { cursor: first.nextCursor })
  const ids = [first, second].map(({ tasks }) => tasks.map(({ taskId }: JsonObject) => taskId))
  assert.deepEqual(ids, [['desk.t1'], ['wiki.t1']])
  assert.equal(second.nextCursor, undefined)
})

test('what a server tells of a task unasked reaches its owner alone, under its name', async (t) => {
  const { ask, open, url, upstreams, session } = await federated(t)
  await ask('tools/call', { name: 'desk.work', task: {} })
  const streams = []
  for (const headers of [await open(as('research')), session]) {
    const accept = 'text/event-stream'
    streams.push(readEvents(t, await fetch(url, { headers: { ...headers, accept } })))
  }
  const tell = (method: string, params: JsonObject) => {
    for (const client of upstreams.listened) client.tell('desk', { method, params })
  }
  tell('notifications/tasks/status', { taskId: 't1', status: 'completed' })
  tell('notifications/tasks/status', { taskId: 'of another', status: 'completed' })
  tell('notifications/message', { data: 'x', _meta: { [RELATED]: { taskId: 't1' } } })
  const [others, own] = streams
  const heard = async (stream = own) => (await stream?.next())?.message
  assert.partialDeepStrictEqual(await heard(), { params: { taskId: 'desk.t1' } })
  const last = { params: { data: 'x', _meta: { [RELATED]: { taskId: 'desk.t1' } } } }
  assert.partialDeepStrictEqual(await heard(), last)
  assert.partialDeepStrictEqual(await heard(others), last)
})

test('how a task of a client’s own is, is told to no server', async (t) => {
  const { gate, post, session } = await federated(t)
  const params = { taskId: 'of the client', status: 'working', statusMessage: 'thinks' }
  const note = { jsonrpc: '2.0', method: 'notifications/tasks/status', params }
  assert.equal((await post(note, session)).status, 202)
  assert.deepEqual(gate.guarded, [])
  await post({ jsonrpc: '2.0', method: 'notifications/else' }, session)
  assert.equal(gate.guarded.length, 2, 'others go to those that may have them')
})

test('who asks within a task and who answers have their own names for it', async () => {
  const heard: unknown[] = []
  const line: Line = {
    tell: () => undefined,
    begin: () => () => undefined,
    async ask(_, { params }) {
      heard.push(params._meta)
      return { action: 'accept', _meta: { [RELATED]: { taskId: 'desk.t1' } } }
    },
  }
  const { gate } = taskDesk({})
  const about = { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo: {} }
  const client = { session: 's', identity: SALES, about, tell: () => undefined, ask: assert.fail }
  const credential = { kind: 'bearer', token: 'sales-token' } as const
  const channel = { door: 'mcp', peer: '-', run: '-' } as const
  const caller = callerOf({ client, credential, channel, line, federated: true }, { gate })
  const related = { _meta: { [RELATED]: { taskId: 't1' } } }
  const request = { method: 'elicitation/create', params: { ...elicit('a'), ...related } }
  assert.deepEqual(await caller.ask('desk', request), { action: 'accept', ...related })
  assert.deepEqual(heard, [{ [RELATED]: { taskId: 'desk.t1' } }])
})
