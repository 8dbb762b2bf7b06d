import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type InMemoryGateOptions, inMemoryGate } from '../../../../test/support/in-memory-gate.ts'
import {
  ABOUT,
  type InMemoryServer,
  inMemoryUpstreams,
} from '../../../../test/support/in-memory-upstreams.ts'
import { as, INITIALIZE, request, runningDoor } from '../../../../test/support/running-door.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'

const ALL = { sales: ['desk.*'], research: ['files.read'] }

async function relaying(
  t: TestContext,
  { lists = {}, ...options }: InMemoryServer & InMemoryGateOptions = {},
) {
  const gate = inMemoryGate({ permits: ALL, carryOut: async () => ({ ok: true }), ...options })
  const upstreams = inMemoryUpstreams({ desk: { lists, ...options } })
  const door = await runningDoor(t, { gate, upstreams })
  return { ...door, gate, upstreams, desk: door.at('desk') }
}

test('one resource or prompt that is permitted is enough for the server to be there', async (t) => {
  for (const permit of ['resources.read desk:file:///a', 'prompts.get desk.greet']) {
    const { desk } = await relaying(t, { permits: { sales: [`desk.mcp.${permit}`] } })
    assert.equal((await desk.post(INITIALIZE, as('sales'))).status, 200, permit)
  }
  const { desk, upstreams } = await relaying(t, {
    permits: { sales: ['slack.mcp.resources.read slack:file:///a'] },
  })
  assert.equal(
    (await desk.post(INITIALIZE, as('sales'))).body.error.data.code,
    'MCP_SERVER_UNKNOWN',
  )
  assert.deepEqual(upstreams.clients, [])
})

test('the opening of one server is what it says, in the revision of the client', async (t) => {
  const { desk, upstreams } = await relaying(t)
  const params = {
    ...INITIALIZE.params,
    protocolVersion: '2025-03-26',
    capabilities: { roots: {} },
  }
  const { body } = await desk.post({ ...INITIALIZE, params }, as('sales'))
  const { capabilities, serverInfo, instructions, beside } = ABOUT
  const said = { capabilities, serverInfo, instructions, ...beside }
  assert.deepEqual(body.result, { protocolVersion: '2025-03-26', ...said })
  const [client] = upstreams.clients
  assert.deepEqual(client?.about.capabilities, { roots: {} })
  assert.equal(client?.about.protocolVersion, '2025-03-26')
})

test('a server of which an agent may use nothing is as one that is not there', async (t) => {
  const { at, upstreams } = await relaying(t)
  const answers = []
  for (const server of ['desk', 'nothing']) {
    const { status, body, headers } = await at(server).post(INITIALIZE, as('research'))
    answers.push({ status, body, session: headers.get('mcp-session-id') })
  }
  assert.deepEqual(answers[0], answers[1])
  assert.equal(answers[0]?.body.error.data.code, 'MCP_SERVER_UNKNOWN')
  assert.deepEqual(upstreams.clients, [], 'nothing was opened to find out')
})

test('a server that is down opens no session', async (t) => {
  const { desk, gate } = await relaying(t, { down: true })
  const { body, headers } = await desk.post(INITIALIZE, as('sales'))
  assert.equal(body.error.data.code, 'UPSTREAM_UNAVAILABLE')
  assert.equal(headers.get('mcp-session-id'), null)
  assert.equal(gate.events.at(-1)?.detail, 'without its server')
})

test('a session with one server is none with another, nor with all', async (t) => {
  const { desk, at, post } = await relaying(t)
  const session = await desk.open()
  assert.equal((await desk.post(request('ping'), session)).status, 200)
  for (const other of [at('files'), { post }]) {
    const { status, body } = await other.post(request('ping'), session)
    assert.equal(status, 404)
    assert.equal(body.error.data.code, 'SESSION_UNKNOWN')
  }
})

const REQUESTS: readonly [method: string, params: object, action: object][] = [
  [
    'tools/call',
    { name: 'get', arguments: { a: 1 }, task: { ttl: 5 }, _meta: { progressToken: 't', x: 1 } },
    {
      kind: 'tool.call',
      ...{ server: 'desk', tool: 'get', args: { a: 1 } },
      beside: { task: { ttl: 5 }, _meta: { x: 1 } },
    },
  ],
  ['resources/read', { uri: 'file:///a' }, mcp('resources/read', { uri: 'file:///a' })],
  [
    'prompts/get',
    { name: 'p', arguments: {}, _meta: { progressToken: 1 } },
    mcp('prompts/get', { name: 'p', arguments: {} }),
  ],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'p' } },
    mcp('completion/complete', { ref: { type: 'ref/prompt', name: 'p' } }),
  ],
  ['logging/setLevel', { level: 'info' }, mcp('logging/setLevel', { level: 'info' })],
  ['vendor/unheard_of', { any: [1] }, mcp('vendor/unheard_of', { any: [1] })],
]

function mcp(method: string, args: object) {
  return { kind: 'mcp.request', server: 'desk', method, args }
}

test('every method is an action of its server under its own names', async (t) => {
  const { desk, gate } = await relaying(t)
  const session = await desk.open()
  for (const [method, params, action] of REQUESTS) {
    const { body } = await desk.post(request(method, { ...params }), session)
    assert.deepEqual(body.result, { ok: true }, method)
    assert.deepEqual(gate.guarded.at(-1)?.action, action)
  }
})

test('a method that policies could not name is not passed on', async (t) => {
  const { desk, gate } = await relaying(t)
  const session = await desk.open()
  for (const method of ['a.b', '/a', 'a/', 'a//b', 'ä', 'resources/read ']) {
    const { body } = await desk.post(request(method), session)
    assert.equal(body.error.code, -32601, method)
  }
  for (const name of ['mcp.resources.read', 'a b', '']) {
    const { body } = await desk.post(request('tools/call', { name }), session)
    assert.equal(body.error.code, -32602, name)
  }
  assert.deepEqual(gate.guarded, [])
})

test('notifications of a client are actions, but for those the runtime obeys itself', async (t) => {
  const { desk, gate } = await relaying(t)
  const session = await desk.open()
  const send = (method: string) => desk.post({ jsonrpc: '2.0', method, params: {} }, session)
  const own = ['initialized', 'cancelled', 'progress'].map((name) => `notifications/${name}`)
  for (const method of own) assert.equal((await send(method)).status, 202)
  assert.equal(gate.guarded.length, 0)
  for (const method of ['notifications/roots/list_changed', 'notifications/unheard_of']) {
    assert.equal((await send(method)).status, 202)
    assert.deepEqual(gate.guarded.at(-1)?.action, mcp(method, {}))
  }
})

test('the error of a server is told as the server told it', async (t) => {
  const answered = { code: -32002, message: 'Resource not found', data: { uri: 'file:///b' } }
  const carryOut = async () => {
    throw new PeerError('UPSTREAM_REFUSED', 'the operator may read more', answered)
  }
  const { desk } = await relaying(t, { carryOut })
  const session = await desk.open()
  for (const [method, params] of REQUESTS) {
    const { status, body } = await desk.post(request(method, { ...params }, 'e'), session)
    assert.equal(status, 200)
    assert.deepEqual(body, { jsonrpc: '2.0', id: 'e', error: answered })
  }
})

test('a request that is refused is an error, and no result of a tool', async (t) => {
  const permits = { sales: ['desk.mcp.initialize desk', 'desk.get'] }
  const { desk } = await relaying(t, { permits })
  const session = await desk.open()
  const read = await desk.post(request('resources/read', { uri: 'file:///a' }), session)
  assert.equal(read.body.result, undefined)
  assert.equal(read.body.error.data.code, 'POLICY_DENIED')
  assert.equal(read.body.error.data.receipt, 'receipt-1')
  const call = await desk.post(request('tools/call', { name: 'put' }), session)
  assert.equal(call.body.result.isError, true)
})

const named = (name: string) => ({ name, inputSchema: { type: 'object' } })

test('each page of a list is filtered by what using an entry would be', async (t) => {
  const lists = {
    'tools/list': {
      '': { tools: [named('get'), named('put'), named('mcp.x'), 7], nextCursor: 'c1', _meta: {} },
      c1: { tools: [named('put')], nextCursor: 'c2' },
      c2: { tools: [named('get'), { ...named('get'), description: 'another' }] },
    },
    'resources/list': { '': { resources: [{ uri: 'file:///a' }, { uri: 'file:///b' }, {}] } },
    'resources/templates/list': {
      '': { resourceTemplates: [{ uriTemplate: 'file:///{+path}' }, { uriTemplate: 'db:{id}' }] },
    },
    'prompts/list': { '': { prompts: [{ name: 'greet', title: 'Greet' }, { name: 'other' }] } },
  }
  const permits = {
    sales: [
      'desk.get',
      'desk.mcp.resources.read desk:file:///a',
      'desk.mcp.resources.read desk:file:///x/*',
      'desk.mcp.prompts.get desk.greet',
    ],
  }
  const { desk, catalog } = await relaying(t, { permits, lists })
  catalog.replace([{ server: 'desk', tool: 'get', definition: named('get') }])
  const session = await desk.open()
  const list = async (method: string, params = {}) =>
    (await desk.post(request(method, params), session)).body.result
  assert.deepEqual(await list('tools/list'), { tools: [named('get')], nextCursor: 'c1', _meta: {} })
  assert.deepEqual(await list('tools/list', { cursor: 'c1' }), { tools: [], nextCursor: 'c2' })
  assert.deepEqual(await list('tools/list', { cursor: 'c2' }), { tools: [named('get')] })
  assert.deepEqual(await list('resources/list'), { resources: [{ uri: 'file:///a' }] })
  assert.deepEqual(await list('resources/templates/list'), {
    resourceTemplates: [{ uriTemplate: 'file:///{+path}' }],
  })
  assert.deepEqual(await list('prompts/list'), { prompts: [{ name: 'greet', title: 'Greet' }] })
})

test('a list that is none is not passed on', async (t) => {
  const lists = { 'tools/list': { '': { tools: 'all' } } }
  const { desk } = await relaying(t, { lists })
  const { body } = await desk.post(request('tools/list'), await desk.open())
  assert.equal(body.error.data.code, 'UPSTREAM_PROTOCOL')
})

test('a client that says too much of itself opens nothing', async (t) => {
  const { desk, upstreams } = await relaying(t)
  const clientInfo = { name: 'x'.repeat(20_000) }
  const params = { ...INITIALIZE.params, clientInfo }
  const { body } = await desk.post({ ...INITIALIZE, params }, as('sales'))
  assert.equal(body.error.data.code, 'REQUEST_INVALID')
  assert.deepEqual(upstreams.clients, [])
})

test('what is kept for a client is let go with its session', async (t) => {
  const { desk, upstreams } = await relaying(t)
  const session = await desk.open()
  await fetch(desk.url, { method: 'DELETE', headers: session })
  assert.equal(upstreams.left[0]?.session, session['mcp-session-id'])
})
