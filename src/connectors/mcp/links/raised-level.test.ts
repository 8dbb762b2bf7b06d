import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SALES } from '../../../../test/support/in-memory-ports.ts'
import { http, waitingLog } from '../../../../test/support/upstreams/connected.ts'
import {
  type Behaviour,
  httpUpstream,
  OPENED,
} from '../../../../test/support/upstreams/http-upstream.ts'
import { clientOf } from '../../../../test/support/upstreams/mcp-clients.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { connectMcpServers } from '../mcp-servers.ts'

const LEVEL = 'io.modelcontextprotocol/logLevel'
const levelOf = ({ message }: { message: JsonObject }) => (message.params as JsonObject).level

/** A server with sessions, and a client that names the level of each call. */
async function logging(t: TestContext, behaviour: Behaviour = {}, capabilities = { logging: {} }) {
  const upstream = await httpUpstream(t, {
    initialize: ({ reply }) => reply({ ...OPENED, capabilities: { tools: {}, ...capabilities } }),
    'logging/setLevel': ({ reply }) => reply({}),
    ...behaviour,
  })
  const log = waitingLog()
  const servers = connectMcpServers(
    { s: http(upstream.url, { isolation: 'agent' }) },
    { log, report: () => undefined },
  )
  t.after(() => servers.close())
  await servers.ready()
  const caller = clientOf(SALES)
  const call = (level?: string) =>
    servers.execute(
      {
        ...{ kind: 'tool.call', server: 's', tool: 'echo', args: {} },
        ...(level !== undefined && { beside: { _meta: { [LEVEL]: level } } }),
      },
      SALES,
      { caller },
    )
  const told = () => upstream.of('logging/setLevel').map(levelOf)
  return { upstream, log, call, told }
}

test('a session is told a level before the call that wants it, if that wants more', async (t) => {
  const { upstream, call, told } = await logging(t)
  await call()
  assert.deepEqual(told(), [])
  for (const level of ['error', 'error', 'emergency', 'info', 'warning', 'info']) await call(level)
  assert.deepEqual(told(), ['error', 'info'])
  const methods = upstream.asked.map(({ message }) => message.method)
  assert.ok(methods.indexOf('logging/setLevel') < methods.lastIndexOf('tools/call'))
  const setAt = methods.indexOf('logging/setLevel')
  assert.equal(methods.slice(0, setAt).filter((method) => method === 'tools/call').length, 1)
})

test('a flood of calls that change the level tells a session of each level once', async (t) => {
  const { call, told } = await logging(t)
  const levels = ['error', 'debug', 'notice', 'debug', 'info', 'emergency', 'error', 'debug']
  await Promise.all(
    Array.from({ length: 5 }, () => levels)
      .flat()
      .map(call),
  )
  assert.deepEqual(told(), ['error', 'debug'])
})

test('a server that keeps no log, and a level that is none, are left alone', async (t) => {
  const silent = await logging(t, {}, {} as { logging: object })
  await silent.call('debug')
  assert.deepEqual(silent.told(), [])
  const { call, told } = await logging(t)
  for (const level of ['loud', '', 'Debug']) await call(level)
  assert.deepEqual(told(), [])
})

test('a server that takes no level is asked once, and called all the same', async (t) => {
  const { call, told, log } = await logging(t, {
    'logging/setLevel': ({ status }) => status(500),
  })
  for (let i = 0; i < 3; i++) assert.ok(await call('info'))
  assert.deepEqual(told(), ['info'])
  assert.equal(log.entries.filter(({ event }) => event === 'upstream.level').length, 1)
})

test('a new session is told the level of the one that was lost', async (t) => {
  let session = 0
  const { call, told, upstream } = await logging(t, {
    initialize({ message, response }) {
      const capabilities = { tools: {}, logging: {} }
      const head = { 'content-type': 'application/json', 'mcp-session-id': `s${++session}` }
      const result = { ...OPENED, capabilities }
      response.writeHead(200, head)
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id ?? null, result }))
    },
    'tools/call': ({ headers, reply, status }) =>
      headers['mcp-session-id'] === 's2' ? status(404) : reply({ content: [] }),
  })
  await call('info')
  while (told().length < 2) await new Promise(setImmediate)
  assert.deepEqual(told(), ['info', 'info'])
  const [first, second] = upstream.of('logging/setLevel')
  assert.notEqual(first?.headers['mcp-session-id'], second?.headers['mcp-session-id'])
})
