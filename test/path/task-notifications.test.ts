import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from '../support/read-events.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { type StandAlone, standAlone } from '../support/stand-alone.ts'
import type { Asked } from '../support/upstreams/http-upstream.ts'
import { DISCOVERED, modernUpstream, paramsOf } from '../support/upstreams/modern-upstream.ts'

const EXTENSION = 'io.modelcontextprotocol/tasks'
const CAPABILITIES = { tools: {}, extensions: { [EXTENSION]: {} } }
const TASK = { taskId: 'a.b', status: 'working' }

/** Agrees to tell of a task, and tells how it is, whichever is asked for. */
function tellOfTasks(asked: Asked): void {
  const send = asked.stream()
  const { notifications = {} } = paramsOf(asked)
  const _meta = { 'io.modelcontextprotocol/subscriptionId': asked.message.id ?? null }
  const tell = (method: string, params: object) =>
    send({ jsonrpc: '2.0', method: `notifications/${method}`, params: { ...params, _meta } })
  tell('subscriptions/acknowledged', { notifications })
  const done = { ...TASK, status: 'completed', result: { content: [] } }
  tell('tasks', done)
}

async function posted({ runtime }: RunningRuntime, asked: StandAlone): Promise<Response> {
  const { token } = await runtime.operations.issueToken(asked.agent ?? 'sales', {})
  const capabilities = { extensions: { [EXTENSION]: {} } }
  const { message, headers } = standAlone({ capabilities, ...asked })
  const types = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  }
  return fetch(`${runtime.address}/mcp`, {
    ...{ method: 'POST', body: JSON.stringify(message) },
    headers: { ...headers, ...types, authorization: `Bearer ${token}` },
  })
}

test('a task is made, polled and told of among all servers, to its agent alone', async (t) => {
  const upstream = await modernUpstream(t, {
    'server/discover': ({ reply }) => reply({ ...DISCOVERED, capabilities: CAPABILITIES }),
    'tools/call': ({ reply }) => reply({ resultType: 'task', ...TASK }),
    'tasks/get': ({ reply }) => reply({ resultType: 'complete', ...TASK }),
    'subscriptions/listen': tellOfTasks,
  })
  const more = `[servers.jobs]\ntransport = "http"\nurl = "${upstream.url}"\n`
  const policy = 'policy p { allow: jobs.* }'
  const running = await runRuntime({ policy, agents: ['sales', 'research'], more })
  t.after(() => running.close())
  const ask = async (asked: StandAlone) => {
    // biome-ignore lint/suspicious/noExplicitAny: tests look deep into answers
    const { result, error } = (await (await posted(running, asked)).json()) as any
    return result ?? error
  }
  const { capabilities } = await ask({ method: 'server/discover' })
  assert.deepEqual(capabilities.extensions, { [EXTENSION]: {} })
  const made = await ask({ method: 'tools/call', params: { name: 'jobs.echo' } })
  assert.equal(made.taskId, 'jobs.a.b')
  const get = { method: 'tasks/get', params: { taskId: 'jobs.a.b' } }
  assert.equal((await ask(get)).taskId, 'jobs.a.b')
  assert.equal(upstream.of('tasks/get')[0]?.headers['mcp-name'], 'a.b')
  assert.equal((await ask({ ...get, agent: 'research' })).code, -32602)
  const params = { notifications: { taskIds: ['jobs.a.b'] } }
  const listen = { method: 'subscriptions/listen', params, id: 's' }
  const events = readEvents(t, await posted(running, listen))
  assert.deepEqual((await events.next())?.message.params.notifications, params.notifications)
  const told = (await events.next())?.message
  assert.partialDeepStrictEqual(told, {
    method: 'notifications/tasks',
    params: { taskId: 'jobs.a.b', status: 'completed', result: { content: [] } },
  })
  const other = readEvents(t, await posted(running, { ...listen, agent: 'research' }))
  assert.deepEqual((await other.next())?.message.params.notifications, {})
  assert.equal(upstream.of('subscriptions/listen').length, 1)
})
