import assert from 'node:assert/strict'
import { test } from 'node:test'
import { as, request, runningDoor } from '../../../../test/support/running-door.ts'
import {
  ask,
  metaOf,
  REVISION,
  type StandAlone,
  standAlone,
} from '../../../../test/support/stand-alone.ts'
import type { EndOf } from '../../../kernel/identity/standing.ts'
import { DEFAULT_TENANT } from '../../../kernel/identity/tenant.ts'
import type { OfferedTool } from '../tool-list.ts'

const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const INFO = 'io.modelcontextprotocol/clientInfo'
const LEVEL = 'io.modelcontextprotocol/logLevel'

const CALL: StandAlone = { method: 'tools/call', params: { name: 'slack.post', arguments: {} } }

test('discovery tells what there is, and is kept by nobody', async (t) => {
  const door = await runningDoor(t)
  const { status, headers, body } = await ask(door, { method: 'server/discover', id: 'd' })
  assert.equal(status, 200)
  assert.equal(headers.get('mcp-session-id'), null)
  assert.deepEqual(body, {
    jsonrpc: '2.0',
    id: 'd',
    result: {
      supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'],
      capabilities: { tools: { listChanged: true } },
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: {
        'io.modelcontextprotocol/serverInfo': {
          ...{ name: 'portcullis', title: 'Portcullis', version: '0.0.0' },
        },
      },
    },
  })
})

test('a list is the agent’s own, in order, and not to be kept', async (t) => {
  const door = await runningDoor(t)
  const lists = []
  for (const agent of ['sales', 'sales', 'research']) {
    const { body } = await ask(door, { method: 'tools/list', agent })
    const { tools, resultType, ttlMs, cacheScope } = body.result
    assert.deepEqual([resultType, ttlMs, cacheScope], ['complete', 0, 'private'])
    lists.push(tools.map(({ name }: { name: string }) => name))
  }
  assert.deepEqual(lists, [
    ['files.read', 'slack.post'],
    ['files.read', 'slack.post'],
    ['files.read'],
  ])
})

test('requests of one agent are one run, whatever they say of a session or a trace', async (t) => {
  const door = await runningDoor(t)
  const session = await door.open()
  await ask(door, { ...CALL, headers: session })
  await ask(door, { ...CALL, meta: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f-01' } })
  await ask(door, { ...CALL, capabilities: { sampling: {} } })
  await ask(door, { method: 'tools/call', params: { name: 'files.read' }, agent: 'research' })
  const [first, ...others] = door.gate.guarded.map(({ channel }) => channel.run)
  assert.notEqual(first, session['mcp-session-id'])
  assert.deepEqual(others.slice(0, 2), [first, first])
  assert.notEqual(others[2], first)
  const opened = door.gate.events.filter(({ detail }) => detail === `MCP ${REVISION}`)
  assert.deepEqual(
    opened.map(({ channel }) => channel.run),
    [first, others[2]],
  )
})

test('an agent that was idle begins a new run', async (t) => {
  let ms = 0
  const clock = { now: () => ms, elapsed: () => ms }
  const door = await runningDoor(t, { clock, modernLimits: { runIdleMs: 100 } })
  for (const at of [0, 99, 198, 298]) {
    ms = at
    await ask(door, CALL)
  }
  const runs = door.gate.guarded.map(({ channel }) => channel.run)
  assert.equal(new Set(runs.slice(0, 3)).size, 1)
  assert.notEqual(runs[3], runs[0])
  assert.equal(door.gate.events.at(-1)?.name === 'session.opened', true)
})

test('a run is shown as a session and ends when it is taken back', async (t) => {
  const takenBack: ((end: EndOf) => void)[] = []
  const onEnd = (listener: (end: EndOf) => void) => {
    takenBack.push(listener)
    return () => undefined
  }
  const door = await runningDoor(t, { standing: { onEnd } })
  await ask(door, CALL)
  const [open] = door.door.sessions.list(DEFAULT_TENANT)
  assert.ok(open)
  assert.equal(open.id, door.gate.guarded[0]?.channel.run)
  for (const take of takenBack) take({ tenant: DEFAULT_TENANT, what: 'session', id: open.id })
  assert.deepEqual(door.door.sessions.list(DEFAULT_TENANT), [])
})

const without = (name: string) => {
  const { [name]: _, ...meta } = metaOf()
  return meta
}

const META_FAULTS: readonly [title: string, meta: object | undefined, code: number][] = [
  ['none', undefined, -32602],
  ['a text', 'x' as never, -32602],
  ['no revision', without(VERSION), -32602],
  ['no capabilities', without(CAPABILITIES), -32602],
  ['capabilities that are a list', { ...metaOf(), [CAPABILITIES]: [] }, -32602],
  ['a capability that is true', { ...metaOf(), [CAPABILITIES]: { sampling: true } }, -32602],
  ['a client without a name', { ...metaOf(), [INFO]: { version: '1' } }, -32602],
  [
    'a client that says too much',
    { ...metaOf(), [INFO]: { name: 'x'.repeat(2 ** 15), version: '1' } },
    -32602,
  ],
  ['a level that is none', { ...metaOf(), [LEVEL]: 'loud' }, -32602],
  ['a token that is an object', { ...metaOf(), progressToken: {} }, -32602],
]

test('a request that does not say what it has to is refused with its id', async (t) => {
  const { post, gate } = await runningDoor(t)
  for (const [title, meta, code] of META_FAULTS) {
    const { message, headers } = standAlone(CALL)
    const { _meta, ...params } = message.params
    const body = { ...message, params: meta === undefined ? params : { ...params, _meta: meta } }
    const reply = await post(body as never, headers)
    assert.equal(reply.status, 400, title)
    assert.equal(reply.body.id, 1, title)
    assert.equal(reply.body.error.code, code, title)
  }
  assert.deepEqual(gate.guarded, [])
  assert.equal(gate.refusals.length, META_FAULTS.length)
})

test('a client needs no name', async (t) => {
  const { post } = await runningDoor(t)
  const { message, headers } = standAlone(CALL)
  const params = { ...message.params, _meta: without(INFO) }
  assert.equal((await post({ ...message, params }, headers)).body.result.resultType, 'complete')
})

test('another revision is refused with those that are spoken', async (t) => {
  const { post } = await runningDoor(t)
  const { message, headers } = standAlone(CALL)
  const params = { ...message.params, _meta: { ...metaOf(), [VERSION]: '1900-01-01' } }
  const reply = await post(
    { ...message, params },
    { ...headers, 'mcp-protocol-version': '1900-01-01' },
  )
  assert.equal(reply.status, 400)
  assert.equal(reply.body.error.code, -32022)
  assert.partialDeepStrictEqual(reply.body.error.data, {
    supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'],
    requested: '1900-01-01',
  })
})

const METHODS = [
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'no/such',
  'tasks/list',
  'tasks/result',
]

test('a method that is no more, or never was, is not found', async (t) => {
  const door = await runningDoor(t)
  for (const method of METHODS) {
    const { status, body } = await ask(door, { method, params: { taskId: 't' } })
    assert.deepEqual([status, body.error.code, body.id], [404, -32601, 1], method)
  }
})

test('there is nothing to get and nothing to end', async (t) => {
  const { url } = await runningDoor(t)
  for (const method of ['GET', 'DELETE']) {
    const headers = { ...as('sales'), 'mcp-protocol-version': REVISION }
    const reply = await fetch(url, { method, headers })
    assert.equal(reply.status, 405)
    assert.equal(reply.headers.get('allow'), 'POST')
  }
})

test('notifications are taken, and answers to nothing are not', async (t) => {
  const { post } = await runningDoor(t)
  const headers = { ...as('sales'), 'mcp-protocol-version': REVISION }
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
  assert.equal((await post(cancelled, headers)).status, 202)
  assert.equal((await post({ jsonrpc: '2.0', id: 1, result: {} }, headers)).status, 400)
  assert.equal((await post({ jsonrpc: '2.0', method: 'tools/call' }, headers)).status, 400)
})

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

/** What headers say beside what the body does; empty: not sent. */
const HEADERS: readonly [title: string, headers: Record<string, string>, ok: boolean][] = [
  ['all there', {}, true],
  ['the name encoded', { 'mcp-name': base64('slack.post') }, true],
  ['white space around', { 'mcp-name': '  slack.post ' }, true],
  ['no revision', { 'mcp-protocol-version': '' }, false],
  ['the revision before', { 'mcp-protocol-version': '2025-11-25' }, false],
  ['no method', { 'mcp-method': '' }, false],
  ['another method', { 'mcp-method': 'tools/list' }, false],
  ['the method in capitals', { 'mcp-method': 'Tools/Call' }, false],
  ['the method encoded', { 'mcp-method': base64('tools/call') }, false],
  ['no name', { 'mcp-name': '' }, false],
  ['another name', { 'mcp-name': 'files.read' }, false],
  ['another name encoded', { 'mcp-name': base64('files.read') }, false],
  ['no padding', { 'mcp-name': '=?base64?c2xhY2sucG9zdA?=' }, false],
  ['bits beyond the last byte', { 'mcp-name': '=?base64?c2xhY2sucG9zdB==?=' }, false],
  ['a line feed within', { 'mcp-name': '=?base64?c2xhY2sucG9zdAo=?=' }, false],
  ['the mark in capitals', { 'mcp-name': '=?BASE64?c2xhY2sucG9zdA==?=' }, false],
  ['bytes that are no text', { 'mcp-name': '=?base64?//79?=' }, false],
  ['encoded twice', { 'mcp-name': base64(base64('slack.post')) }, false],
  ['signs beyond ASCII', { 'mcp-name': 'slack.pöst' }, false],
]

test('what headers repeat of the body has to be there and to be the same', async (t) => {
  const door = await runningDoor(t)
  for (const [title, headers, ok] of HEADERS) {
    const { status, body } = await ask(door, { ...CALL, headers })
    assert.deepEqual([status, body.error?.code], ok ? [200, undefined] : [400, -32020], title)
  }
})

const REPEATING: OfferedTool = {
  server: 'slack',
  tool: 'post',
  definition: {
    name: 'post',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        to: { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'Count' } } },
        any: { anyOf: [{ properties: { x: { 'x-mcp-header': 'No' } } }] },
      },
    },
  },
}

const REPEATED: readonly [
  title: string,
  args: object,
  headers: Record<string, string>,
  ok: boolean,
][] = [
  ['nothing to repeat', {}, {}, true],
  ['null is nothing', { region: null }, {}, true],
  ['the same', { region: 'eu' }, { 'mcp-param-region': 'eu' }, true],
  ['the same, encoded', { region: 'größe' }, { 'mcp-param-region': base64('größe') }, true],
  ['a number as a number', { to: { n: 42 } }, { 'mcp-param-count': '42.0' }, true],
  ['marked where no mark counts', { any: { x: 'a' } }, {}, true],
  ['missing', { region: 'eu' }, {}, false],
  ['another', { region: 'eu' }, { 'mcp-param-region': 'us' }, false],
  ['another, encoded', { region: 'eu' }, { 'mcp-param-region': base64('us') }, false],
  ['there without a value', {}, { 'mcp-param-region': 'eu' }, false],
  ['another number', { to: { n: 42 } }, { 'mcp-param-count': '0x2a' }, false],
]

test('arguments that a tool wants repeated are the same in both places', async (t) => {
  const door = await runningDoor(t, { tools: [REPEATING] })
  for (const [title, args, headers, ok] of REPEATED) {
    const params = { name: 'slack.post', arguments: args as never }
    const { status, body } = await ask(door, { method: 'tools/call', params, headers })
    assert.deepEqual([status, body.error?.code], ok ? [200, undefined] : [400, -32020], title)
  }
})

test('a tool that is not shown can not be told by the headers that it wants', async (t) => {
  const door = await runningDoor(t, { tools: [REPEATING] })
  const params = { name: 'slack.post', arguments: { region: 'eu' } }
  const { body } = await ask(door, { method: 'tools/call', params, agent: 'research' })
  assert.equal(body.result._meta['portcullis/code'], 'POLICY_DENIED')
})

test('a session goes on beside, and a request of its own needs no `_meta`', async (t) => {
  const door = await runningDoor(t)
  const session = await door.open()
  await ask(door, CALL)
  assert.equal((await door.post(request('tools/list'), session)).status, 200)
})
