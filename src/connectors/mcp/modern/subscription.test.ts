import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http } from '../../../../test/support/upstreams/connected.ts'
import type { Asked } from '../../../../test/support/upstreams/http-upstream.ts'
import {
  DISCOVERED,
  metaOf,
  modernUpstream,
  paramsOf,
  refuse,
} from '../../../../test/support/upstreams/modern-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'

const modern = (url: string) => http(url, { protocol: '2026-07-28' })
const PATIENT = { waitMs: 10_000 }
const META = 'io.modelcontextprotocol/'
const capabilities = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true, listChanged: false },
  logging: {},
  extensions: { [`${META}tasks`]: {} },
}
const discovering = ({ reply }: Asked) => reply({ ...DISCOVERED, capabilities })

type Tell = (method: string, params?: JsonObject, id?: unknown) => void

/** A stream of one subscription: what is told bears its id, unless another one is given. */
function streamOf({ message, stream }: Asked): Tell {
  const send = stream()
  return (method, params = {}, id = message.id) => {
    const _meta = { [`${META}subscriptionId`]: id } as JsonObject
    send({ jsonrpc: '2.0', method: `notifications/${method}`, params: { ...params, _meta } })
  }
}

const agree = (asked: Asked, tell: Tell) =>
  tell('subscriptions/acknowledged', { notifications: paramsOf(asked).notifications ?? {} })

async function listeningTo(t: Parameters<typeof opened>[0], listen: (asked: Asked) => void) {
  const waiting = new Set<() => void>()
  const upstream = await modernUpstream(t, {
    'server/discover': discovering,
    'subscriptions/listen': listen,
    'tools/call': ({ reply }) => reply({ content: [] }),
    'tasks/get': ({ reply }) =>
      reply({ resultType: 'complete', taskId: 't1', status: 'completed' }),
  })
  const notified: McpMessage[] = []
  const { transport } = await opened(t, modern(upstream.url), {
    notified(notification) {
      notified.push(notification)
      for (const check of waiting) check()
    },
  })
  const heard = (count: number) =>
    new Promise<readonly McpMessage[]>((resolve) => {
      const check = () => notified.length >= count && resolve(notified)
      waiting.add(check)
      check()
    })
  return { upstream, transport, heard }
}

test('nothing is listened to before somebody wants it, and then what may change', async (t) => {
  const { upstream, transport, heard } = await listeningTo(t, (asked) => {
    const tell = streamOf(asked)
    tell('tools/list_changed', { early: true })
    agree(asked, tell)
    tell('prompts/list_changed')
    tell('tools/list_changed', { of: 'another' }, 'p1')
    tell('progress', { progressToken: 'p1', progress: 1 })
    tell('tools/list_changed')
  })
  await transport.request(callOf('echo'), PATIENT)
  assert.equal(upstream.of('subscriptions/listen').length, 0)
  await transport.listen()
  assert.deepEqual(await heard(1), [{ method: 'notifications/tools/list_changed', params: {} }])
  const [listen] = upstream.of('subscriptions/listen')
  assert.deepEqual(paramsOf(listen ?? assert.fail()).notifications, { toolsListChanged: true })
})

test('a stream that ends is opened again, and what was missed counts as changed', async (t) => {
  const { upstream, transport, heard } = await listeningTo(t, (asked) => {
    agree(asked, streamOf(asked))
    if (upstream.of('subscriptions/listen').length === 1) asked.response.end()
  })
  await transport.listen()
  const [missed] = await heard(1)
  assert.equal(missed?.method, 'notifications/tools/list_changed')
  assert.equal(upstream.of('subscriptions/listen').length, 2)
})

test('a server that refuses to be listened to is asked once, and still called', async (t) => {
  const { upstream, transport } = await listeningTo(t, (asked) =>
    refuse(asked, 404, { code: -32601, message: 'no' }),
  )
  await transport.listen()
  assert.ok(await transport.request(callOf('echo'), PATIENT))
  assert.equal(upstream.of('subscriptions/listen').length, 1)
})

const follow = (uri: string): McpMessage => ({ method: 'resources/subscribe', params: { uri } })

test('a legacy client follows resources, and finds out which it cannot', async (t) => {
  const { upstream, transport, heard } = await listeningTo(t, (asked) => {
    const tell = streamOf(asked)
    const { notifications } = paramsOf(asked) as { notifications: { resourceSubscriptions: [] } }
    const followed = notifications.resourceSubscriptions.filter((uri) => uri !== 'file:///no')
    const agreed = { ...notifications, resourceSubscriptions: [...followed, 'file:///more'] }
    tell('subscriptions/acknowledged', { notifications: agreed })
    for (const uri of followed) tell('resources/updated', { uri })
  })
  assert.deepEqual(await transport.request(follow('file:///a'), PATIENT), {})
  await assert.rejects(transport.request(follow('file:///no'), PATIENT), {
    code: 'UPSTREAM_REFUSED',
  })
  await Promise.all([...'bcd'].map((name) => transport.request(follow(`file:///${name}`), PATIENT)))
  const last = upstream.of('subscriptions/listen').at(-1) ?? assert.fail()
  assert.deepEqual(paramsOf(last).notifications, {
    resourceSubscriptions: ['file:///a', 'file:///b', 'file:///c', 'file:///d'],
  })
  assert.ok(upstream.of('subscriptions/listen').length <= 4, 'changes are taken together')
  assert.ok((await heard(5)).every(({ method }) => method === 'notifications/resources/updated'))
  const leave = { method: 'resources/unsubscribe', params: { uri: 'file:///b' } }
  assert.deepEqual(await transport.request(leave, PATIENT), {})
})

const followTask = (taskId: string, change = 'subscribe'): McpMessage => ({
  method: `tasks/${change}`,
  params: { taskId },
})

test('tasks are followed one by one, and nothing is heard of others', async (t) => {
  const { upstream, transport, heard } = await listeningTo(t, (asked) => {
    const tell = streamOf(asked)
    const { notifications } = paramsOf(asked) as { notifications: { taskIds: string[] } }
    const taskIds = notifications.taskIds.filter((id) => id !== 'gone')
    tell('subscriptions/acknowledged', { notifications: { taskIds: [...taskIds, 'more'] } })
    for (const taskId of ['more', 'gone', ...taskIds]) tell('tasks', { taskId, status: 'working' })
  })
  assert.deepEqual(await transport.request(followTask('t1'), PATIENT), {})
  await assert.rejects(transport.request(followTask('gone'), PATIENT), { code: 'UPSTREAM_REFUSED' })
  await transport.request(followTask('t2'), PATIENT)
  const ids = (await heard(4)).map(({ method, params }) => `${method} ${params.taskId}`)
  const [t1, t2] = ['notifications/tasks t1', 'notifications/tasks t2']
  assert.deepEqual(ids, [t1, t1, t1, t2])
  assert.deepEqual(await transport.request(followTask('t1', 'unsubscribe'), PATIENT), {})
  while (upstream.of('subscriptions/listen').length < 4) await new Promise(setImmediate)
  const [last] = upstream.of('subscriptions/listen').slice(-1)
  assert.deepEqual(paramsOf(last ?? assert.fail()).notifications, { taskIds: ['t2'] })
})

test('a stream of tasks that ends is opened again, and how they are now is told', async (t) => {
  const { upstream, transport, heard } = await listeningTo(t, (asked) => {
    agree(asked, streamOf(asked))
    if (upstream.of('subscriptions/listen').length === 1) asked.response.end()
  })
  await transport.request(followTask('t1'), PATIENT)
  const params = { taskId: 't1', status: 'completed' }
  assert.deepEqual(await heard(1), [{ method: 'notifications/tasks', params }])
  assert.equal(upstream.of('tasks/get')[0]?.headers['mcp-name'], 't1')
})

test('methods of sessions are answered as a server with sessions would', async (t) => {
  const { upstream, transport } = await listeningTo(t, () => assert.fail('listened'))
  const ask = (method: string, params: JsonObject = {}) =>
    transport.request({ method, params }, PATIENT)
  assert.deepEqual(await ask('ping'), {})
  await assert.rejects(ask('logging/setLevel', { level: 'loud' }), { code: 'UPSTREAM_REFUSED' })
  await assert.rejects(ask('resources/subscribe', { uri: 7 }), { code: 'UPSTREAM_REFUSED' })
  assert.deepEqual(await ask('logging/setLevel', { level: 'warning' }), {})
  transport.notify({ method: 'notifications/roots/list_changed', params: {} })
  await transport.request(callOf('echo'), PATIENT)
  const { params } = callOf('echo')
  const own = { ...params, _meta: { [`${META}logLevel`]: 'debug' } }
  await transport.request({ method: 'tools/call', params: own }, PATIENT)
  assert.deepEqual(
    upstream.asked.map(({ message }) => message.method),
    ['server/discover', 'tools/call', 'tools/call'],
  )
  const levels = upstream.of('tools/call').map((asked) => metaOf(asked)[`${META}logLevel`])
  assert.deepEqual(levels, ['warning', 'debug'])
})

test('methods of sessions that the server has no use for are unknown', async (t) => {
  const upstream = await modernUpstream(t)
  const { transport } = await opened(t, modern(upstream.url))
  const ofLists = ['resources/subscribe', 'resources/unsubscribe', 'tasks/subscribe']
  for (const method of ['logging/setLevel', ...ofLists]) {
    const request = { method, params: { level: 'info', uri: 'file:///a', taskId: 't1' } }
    await assert.rejects(
      transport.request(request, PATIENT),
      (error: { answered?: JsonObject }) => {
        assert.equal(error.answered?.code, -32601)
        return true
      },
    )
  }
})

test('a log goes to the request that asked for logs', async (t) => {
  const upstream = await modernUpstream(t, {
    'server/discover': discovering,
    'tools/call'({ message, stream }) {
      const send = stream()
      const params = { level: 'error', data: 'disk full' }
      send({ jsonrpc: '2.0', method: 'notifications/message', params })
      send({ jsonrpc: '2.0', id: message.id ?? 0, result: { content: [] } })
    },
  })
  const { transport } = await opened(t, modern(upstream.url))
  await transport.request({ method: 'logging/setLevel', params: { level: 'info' } }, PATIENT)
  const told: McpMessage[] = []
  await transport.request(callOf('echo'), { ...PATIENT, told: (one) => void told.push(one) })
  assert.deepEqual(told, [
    { method: 'notifications/message', params: { level: 'error', data: 'disk full' } },
  ])
})
