import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { as, request, runningDoor } from '../support/running-door.ts'
import { metaOf, standAlone } from '../support/stand-alone.ts'
import { taskDesk } from '../support/task-desk.ts'

const CAPABILITIES = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
const SESSION_METHODS = [
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
  'tasks/subscribe',
  'tasks/any',
]
const ALONE_METHODS = ['tasks/get', 'tasks/update', 'tasks/cancel']

/** The task `t1` of `sales` at `desk`, and `research`, who would have it, by every way there is. */
async function victim(t: TestContext) {
  const door = await runningDoor(t, taskDesk({}))
  const send = async (agent: string, method: string, params: JsonObject) => {
    const session = await door.open(as(agent))
    return door.post(request(method, params), session)
  }
  const sendToDesk = async (agent: string, method: string, params: JsonObject) => {
    const session = await door.at('desk').open({}, as(agent))
    return door.at('desk').post(request(method, params), session)
  }
  const alone = (server: string) => (agent: string, method: string, params: JsonObject) => {
    const { message, headers } = standAlone({ method, params, agent, capabilities: CAPABILITIES })
    return (server === '' ? door : door.at(server)).post(message, headers)
  }
  await send('sales', 'tools/call', { name: 'desk.work', task: {} })
  const ways = [
    ...SESSION_METHODS.map((method) => ({ method, id: 'desk.t1', send })),
    ...SESSION_METHODS.map((method) => ({ method, id: 't1', send: sendToDesk })),
    ...ALONE_METHODS.map((method) => ({ method, id: 'desk.t1', send: alone('') })),
    ...ALONE_METHODS.map((method) => ({ method, id: 't1', send: alone('desk') })),
  ]
  return { ...door, ways, send, sendToDesk }
}

test('a task of another agent is presented: it is as one that never was', async (t) => {
  const { ways, gate } = await victim(t)
  for (const { method, id, send } of ways) {
    const acts = gate.guarded.length
    const foreign = await send('research', method, { taskId: id })
    const none = await send('research', method, { taskId: id.replace('t1', 't2') })
    assert.deepEqual([foreign.status, foreign.body], [none.status, none.body], method)
    assert.equal(foreign.body.error.data.code, 'TASK_UNKNOWN')
    assert.equal(gate.guarded.length, acts, 'no server is asked')
    const { body } = await send('sales', method, { taskId: id })
    assert.equal(body.error?.data?.code === 'TASK_UNKNOWN', false, 'its owner reaches it')
  }
})

const FORGED: readonly JsonValue[] = [
  ...['wiki.t1', '.t1', 'desk.', 'desk', 't1', 'DESK.t1', 'desk..t1', 'desk.desk.t1', ' desk.t1'],
  ...['desk.t1 ', 'desk.T1', 'mcp+desk:t1', 'x'.repeat(4_000), '', 7, null, ['desk.t1'], {}],
]

test('an id is forged to name another server, or a task in another spelling', async (t) => {
  const { send, gate } = await victim(t)
  const acts = gate.guarded.length
  for (const taskId of FORGED) {
    const { body } = await send('sales', 'tasks/get', { taskId })
    assert.equal(body.error.data.code, 'TASK_UNKNOWN', JSON.stringify(taskId))
  }
  assert.equal((await send('sales', 'tasks/get', {})).body.error.data.code, 'TASK_UNKNOWN')
  assert.equal(gate.guarded.length, acts)
})

test('a server hands the task of one agent to another: it stays with the first', async (t) => {
  const { send } = await victim(t)
  await send('research', 'tools/call', { name: 'desk.work', task: {} })
  const { body } = await send('research', 'tasks/get', { taskId: 'desk.t1' })
  assert.equal(body.error.data.code, 'TASK_UNKNOWN')
  assert.equal((await send('sales', 'tasks/get', { taskId: 'desk.t1' })).body.error, undefined)
})

test('a server lists the tasks of all its callers: each agent sees its own', async (t) => {
  const { send, sendToDesk } = await victim(t)
  const listed = async (by: typeof send, agent: string) =>
    (await by(agent, 'tasks/list', {})).body.result.tasks.map(({ taskId }: JsonObject) => taskId)
  assert.deepEqual(await listed(send, 'sales'), ['desk.t1'])
  assert.deepEqual(await listed(send, 'research'), [])
  assert.deepEqual(await listed(sendToDesk, 'sales'), ['t1'])
  assert.deepEqual(await listed(sendToDesk, 'research'), [])
})

test('a task named in the header is another than in the body', async (t) => {
  const { post } = await victim(t)
  const message = request('tasks/get', { taskId: 'desk.t1', _meta: metaOf(CAPABILITIES) })
  const { headers } = standAlone({ method: 'tasks/get', params: { taskId: 'desk.t9' } })
  assert.equal((await post(message, headers)).body.error.code, -32020)
})
