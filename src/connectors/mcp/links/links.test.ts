import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SALES } from '../../../../test/support/in-memory-ports.ts'
import { scratch } from '../../../../test/support/scratch.ts'
import { http, scripted, textOf, waitingLog } from '../../../../test/support/upstreams/connected.ts'
import { httpUpstream, OPENED } from '../../../../test/support/upstreams/http-upstream.ts'
import { clientOf } from '../../../../test/support/upstreams/mcp-clients.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Caller } from '../../../pipeline/ports.ts'
import { connectMcpServers, type McpServers } from '../mcp-servers.ts'
import type { McpServerOptions } from '../options.ts'

const OWN = { isolation: 'agent' } as const
const BILL = { ...SALES, principal: { ...SALES.principal, id: 'bill' } }

async function connected(t: TestContext, server: McpServerOptions): Promise<McpServers> {
  const servers = connectMcpServers({ s: server }, { log: waitingLog(), report: () => undefined })
  t.after(() => servers.close())
  await servers.ready()
  return servers
}

const call = (tool: string, args: JsonObject = {}) =>
  ({ kind: 'tool.call', server: 's', tool, args }) as const

async function say(servers: McpServers, caller: Caller, ...of: Parameters<typeof call>) {
  return textOf(await servers.execute(call(...of), caller.client.identity, { caller }))
}

test('each agent has a process of its own, which all its sessions use', async (t) => {
  const servers = await connected(t, scripted(await scratch(t), {}, OWN))
  const pid = (caller: Caller) => say(servers, caller, 'pid')
  const [one, again, other] = [clientOf(SALES), clientOf(SALES), clientOf(BILL)]
  const pids = await Promise.all([pid(one), pid(again), pid(one), pid(other)])
  assert.equal(new Set(pids.slice(0, 3)).size, 1)
  assert.equal(new Set(pids).size, 2)
  assert.equal(servers.status()[0]?.links, 2)
})

test('calls one after the other open no session anew', async (t) => {
  const upstream = await httpUpstream(t)
  const servers = await connected(t, http(upstream.url, OWN))
  const caller = clientOf(SALES)
  for (let calls = 0; calls < 20; calls++) await say(servers, caller, 'echo')
  // One is the runtime's own.
  assert.equal(upstream.of('initialize').length, 2)
  assert.equal(upstream.of('tools/call').length, 20)
})

test('an agent has another link for each person, and each thing it says of itself', async (t) => {
  const upstream = await httpUpstream(t)
  const servers = await connected(t, http(upstream.url, OWN))
  const of = (id: string) => ({ ...SALES, human: { kind: 'human', id, roles: [] } as const })
  const callers = [
    clientOf(of('ann')),
    clientOf(of('joe')),
    clientOf(of('joe'), { roots: {} }),
    clientOf({ ...of('joe'), tenant: 'acme' as typeof SALES.tenant }, { roots: {} }),
  ]
  for (const caller of callers) await say(servers, caller, 'echo')
  assert.equal(servers.status()[0]?.links, callers.length)
  // One more is the runtime's own.
  assert.equal(upstream.of('initialize').length, callers.length + 1)
})

test('what a client declared is declared to the server, and no more', async (t) => {
  const upstream = await httpUpstream(t)
  const servers = await connected(t, http(upstream.url, OWN))
  const capabilities = { sampling: {}, elicitation: { form: {} } }
  const caller = clientOf(SALES, capabilities)
  await servers.about('s', caller.client)
  await servers.execute(call('echo'), SALES)
  const declared = upstream.of('initialize').map(({ message }) => message.params)
  assert.deepEqual(
    declared.map((params) => (params as { capabilities: unknown }).capabilities),
    [{}, capabilities, {}],
  )
})

test('calls that come at once open one link', async (t) => {
  const upstream = await httpUpstream(t)
  const servers = await connected(t, http(upstream.url, OWN))
  const caller = clientOf(SALES)
  await Promise.all(Array.from({ length: 20 }, () => say(servers, caller, 'echo')))
  assert.equal(upstream.of('initialize').length, 2)
})

test('a tool is judged as it was listed on the link of the agent', async (t) => {
  let listings = 0
  const upstream = await httpUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools: [{ name: 'echo', title: `${listings++}` }] }),
  })
  const servers = await connected(t, http(upstream.url, OWN))
  const caller = clientOf(SALES)
  const title = (asker?: Caller) => servers.target?.(call('echo'), asker)?.definition?.title
  assert.equal(title(caller), '0')
  await servers.list('s', { method: 'tools/list', params: {} }, caller)
  assert.deepEqual([title(caller), title(clientOf(BILL)), title()], ['1', '0', '0'])
})

test('a call is not carried out by another than it was decided for', async (t) => {
  const titles = ['one', 'other']
  const upstream = await httpUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools: [{ name: 'echo', title: titles.shift() ?? 'x' }] }),
  })
  const servers = await connected(t, http(upstream.url, OWN))
  const caller = clientOf(SALES)
  const target = servers.target?.(call('echo'), caller)
  await servers.list('s', { method: 'tools/list', params: {} }, caller)
  const around = { caller, target }
  await assert.rejects(servers.execute(call('echo'), SALES, around), { code: 'UPSTREAM_CHANGED' })
  const now = servers.target?.(call('echo'), caller)
  await servers.add('s', http(upstream.url, OWN))
  await assert.rejects(servers.execute(call('echo'), SALES, { caller, target: now }), {
    code: 'UPSTREAM_CHANGED',
  })
  assert.equal(upstream.of('tools/call').length, 0)
})

test('a server that dies fails the calls of one agent, and is started again for it', async (t) => {
  const servers = await connected(t, scripted(await scratch(t), {}, OWN))
  const [mine, other] = [clientOf(SALES), clientOf(BILL)]
  const held = say(servers, other, 'hold', { name: 'h' })
  await servers.list('s', { method: 'tools/list', params: {} }, mine)
  await assert.rejects(say(servers, mine, 'die'), { code: 'UPSTREAM_UNAVAILABLE' })
  const changed = mine.heardBy('notifications/tools/list_changed')
  // It has other pages now than those that were listed: the second was never read.
  assert.equal(await say(servers, mine, 'echo', { message: 'again' }), 'again')
  await changed
  await say(servers, other, 'release', { order: ['h'] })
  assert.equal(await held, 'h')
})

test('a server asks the agent whose link it is, and no other', async (t) => {
  const servers = await connected(t, scripted(await scratch(t), {}, OWN))
  const [mine, other] = [clientOf(SALES, { sampling: {} }), clientOf(BILL, { sampling: {} })]
  const held = say(servers, other, 'hold', { name: 'h' })
  const ask = { method: 'sampling/createMessage', params: { n: 1 } }
  const answer = JSON.parse(await say(servers, mine, 'ask-one', ask))
  assert.deepEqual(answer.result, { answered: 'sampling/createMessage' })
  assert.deepEqual([mine.asked.length, other.asked.length], [1, 0])
  await say(servers, other, 'release', { order: ['h'] })
  await held
})

test('a shared server asks only where it is plain whom, and what that one declared', async (t) => {
  const servers = await connected(t, scripted(await scratch(t), {}, { isolation: 'shared' }))
  const ask = { method: 'sampling/createMessage', params: {} }
  const sampling = { sampling: {} }
  const answered = async (caller: Caller) => JSON.parse(await say(servers, caller, 'ask-one', ask))
  const able = clientOf(SALES, sampling)
  assert.ok((await answered(able)).result)
  assert.equal((await answered(clientOf(SALES))).error.code, -32601)
  const held = say(servers, clientOf(BILL, sampling), 'hold', { name: 'h' })
  assert.equal((await answered(able)).error.code, -32601)
  await say(servers, able, 'release', { order: ['h'] })
  await held
  assert.equal(servers.status()[0]?.links, 0)
})

test('a session that was lost is told again what it was to keep', async (t) => {
  let sessions = 0
  const upstream = await httpUpstream(t, {
    initialize({ response, reply }) {
      response.setHeader('mcp-session-id', `s${++sessions}`)
      reply(OPENED)
    },
    'tools/call': ({ headers, reply, status }) =>
      headers['mcp-session-id'] === 's2' ? status(404) : reply({ content: [] }),
    'resources/subscribe': ({ reply }) => reply({}),
  })
  const servers = await connected(t, http(upstream.url, OWN))
  const caller = clientOf(SALES)
  const subscribe = { method: 'resources/subscribe', args: { uri: 'a:b' } }
  await servers.execute({ kind: 'mcp.request', server: 's', ...subscribe }, SALES, { caller })
  await say(servers, caller, 'echo')
  while (upstream.of('resources/subscribe').length < 2) await new Promise(setImmediate)
  const [, again] = upstream.of('resources/subscribe')
  assert.deepEqual(
    [again?.headers['mcp-session-id'], again?.message.params],
    ['s3', { uri: 'a:b' }],
  )
})

test('a client that listens is listened for, on a link that is opened later too', async (t) => {
  const streams: ((message: JsonObject) => void)[] = []
  const upstream = await httpUpstream(t, { GET: ({ stream }) => void streams.push(stream()) })
  const servers = await connected(t, http(upstream.url, OWN))
  while (streams.length < 1) await new Promise(setImmediate)
  const [early, late] = [clientOf(SALES), clientOf(BILL)]
  await say(servers, clientOf(SALES), 'echo')
  assert.equal(streams.length, 1)
  servers.listen(early.client)
  servers.listen(late.client)
  while (streams.length < 2) await new Promise(setImmediate)
  await say(servers, late, 'echo')
  assert.equal(streams.length, 3)
  const method = 'notifications/resources/updated'
  streams[2]?.({ jsonrpc: '2.0', method, params: { uri: 'a:b' } })
  assert.deepEqual((await late.heardBy(method)).params, { uri: 'a:b' })
  assert.deepEqual(early.told, [])
})

test('servers come and go while others are at work', async (t) => {
  const folder = await scratch(t)
  const servers = await connected(t, scripted(folder, {}, OWN))
  const caller = clientOf(SALES)
  let changes = 0
  servers.onToolsChanged(() => changes++)
  const upstream = await httpUpstream(t)
  await servers.add('web', http(upstream.url, OWN))
  assert.deepEqual(servers.servers(), ['s', 'web'])
  assert.ok(changes > 0 && servers.tools().some(({ server }) => server === 'web'))
  const held = say(servers, caller, 'hold', { name: 'h' })
  const ended = assert.rejects(held, { code: 'UPSTREAM_UNAVAILABLE' })
  await say(servers, caller, 'echo')
  const removed = servers.remove('s')
  assert.ok(!servers.tools().some(({ server }) => server === 's'))
  await assert.rejects(say(servers, caller, 'echo'), { code: 'UPSTREAM_UNKNOWN' })
  await servers.remove('none')
  await servers.close()
  await Promise.all([removed, ended])
})
