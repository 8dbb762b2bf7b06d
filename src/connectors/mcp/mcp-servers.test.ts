import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { SALES } from '../../../test/support/in-memory-ports.ts'
import { scratch } from '../../../test/support/scratch.ts'
import {
  type Connected,
  connect,
  connecting,
  http,
  scripted,
  stdio,
} from '../../../test/support/upstreams/connected.ts'
import { httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import { DISCOVERED, modernUpstream } from '../../../test/support/upstreams/modern-upstream.ts'
import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import { RETRY_WAITS_MS, retryWaitMs } from './options.ts'

const names = (servers: Connected) => servers.tools().map(({ tool }) => tool)

function nextChange(servers: Connected): Promise<void> {
  return new Promise((resolve) => {
    const stop = servers.onToolsChanged(() => {
      stop()
      resolve()
    })
  })
}

test('tools come over several pages, as their servers define them', async (t) => {
  const tools = [{ name: 'a', inputSchema: { $defs: {} }, later: [1], _meta: { x: null } }]
  const upstream = await httpUpstream(t, {
    'tools/list': ({ message, reply }) => {
      const { cursor } = message.params as { cursor?: string }
      reply(cursor === 'next' ? { tools: [{ name: 'b' }] } : { tools, nextCursor: 'next' })
    },
  })
  const servers = await connect(t, { web: http(upstream.url) })
  assert.deepEqual(servers.tools(), [
    { server: 'web', tool: 'a', definition: tools[0] },
    { server: 'web', tool: 'b', definition: { name: 'b' } },
  ])
})

test('of two tools with one name the first counts', async (t) => {
  const tools = [
    { name: 'a', title: 'first' },
    { name: 'a', title: 'second' },
  ]
  const servers = await connect(t, { s: scripted(await scratch(t), { tools }) })
  assert.deepEqual(
    servers.tools().map(({ definition }) => definition.title),
    ['first'],
  )
})

test('the tools are the same array until a server says that they changed', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const before = servers.tools()
  assert.equal(servers.tools(), before)
  const changed = nextChange(servers)
  await servers.call('s.add-tool', { name: 'fresh' })
  await changed
  assert.notEqual(servers.tools(), before)
  assert.ok(names(servers).includes('fresh'))
  const [connected, other] = servers.reported
  assert.equal(other?.name, 'upstream.tools_changed')
  assert.notEqual(connected?.digest, other?.digest)
})

test('a flood of changes lists the tools a few times and no more', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const before = Number(await servers.text('s.listings'))
  const changed = nextChange(servers)
  await servers.call('s.add-tool', { name: 'fresh', times: 2_000 })
  await changed
  // Two pages each: the one under way, and one more for whatever came in the meantime.
  assert.ok(Number(await servers.text('s.listings')) <= before + 4)
})

test('a server that offers no tools is up and is not asked for any', async (t) => {
  const options = scripted(await scratch(t), { capabilities: { prompts: {} } })
  const servers = await connect(t, { s: options })
  assert.deepEqual(servers.tools(), [])
  assert.equal(servers.status()[0]?.state, 'up')
  assert.doesNotMatch(options.received(), /tools\/list/)
})

test('a server that died is started again, and its tools stay listed meanwhile', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const before = servers.tools()
  await assert.rejects(servers.call('s.die'), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(servers.status()[0]?.state, 'down')
  assert.equal(servers.status()[0]?.error, 'it ended with 7')
  await assert.rejects(servers.call('s.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  await servers.log.seen('upstream.up', 2)
  assert.equal(servers.tools(), before)
  assert.equal(await servers.text('s.echo', { message: 'again' }), 'again')
  const [status] = servers.status()
  assert.deepEqual([status?.state, status?.restarts, status?.error], ['up', 1, undefined])
  const events = servers.reported.map(({ name, digest }) => [name, digest !== undefined])
  assert.deepEqual(events, [
    ['upstream.connected', true],
    ['upstream.disconnected', false],
    ['upstream.connected', true],
  ])
  const [first, , again] = servers.reported
  assert.equal(first?.digest, again?.digest)
})

test('a server that dies again and again is tried at ever longer intervals', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  await assert.rejects(servers.call('s.die'))
  await servers.log.seen('upstream.up', 2)
  await assert.rejects(servers.call('s.die'))
  const waits = [
    await servers.log.seen('upstream.down', 1),
    await servers.log.seen('upstream.down', 2),
  ]
  assert.deepEqual(
    waits.map(({ retryMs }) => retryMs),
    RETRY_WAITS_MS.slice(0, 2),
  )
  assert.equal(retryWaitMs(99), RETRY_WAITS_MS.at(-1))
})

test('a server that cannot be started is reported and blocks nothing', async (t) => {
  const folder = await scratch(t)
  const gone = stdio([], { command: join(folder, 'no-such-program') })
  const nowhere = stdio([], { cwd: join(folder, 'no-such-folder') })
  const servers = await connect(t, { gone, nowhere, s: scripted(folder) })
  const [first, second, third] = servers.status()
  assert.equal(first?.error, 'it could not be started: ENOENT')
  assert.deepEqual([first?.state, second?.state, third?.state], ['down', 'down', 'up'])
  const reported = servers.reported.map(({ name, detail }) => `${name} ${detail}`)
  assert.deepEqual(reported.sort(), [
    'upstream.connected s',
    'upstream.failed gone',
    'upstream.failed nowhere',
  ])
  await assert.rejects(servers.call('gone.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(await servers.text('s.echo', { message: 'here' }), 'here')
})

test('a server that never answers holds up no other', async (t) => {
  const folder = await scratch(t)
  const silent = scripted(folder, { silent: 'tools/list' })
  const servers = connecting(t, { silent, s: scripted(folder) })
  await servers.log.seen('upstream.up')
  assert.equal(await servers.text('s.echo', { message: 'here' }), 'here')
  assert.equal(servers.status()[0]?.state, 'starting')
})

test('the log names server, tool and reason of a failure, and nothing of the call', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  await assert.rejects(servers.call('s.refuse', { password: 'hunter2' }), {
    message: 'server `s`: it refused with -32000: `not today`',
  })
  assert.deepEqual(await servers.log.seen('upstream.failed'), {
    ...{ server: 's', tool: 'refuse', code: 'UPSTREAM_REFUSED' },
    why: 'it refused with -32000: `not today`',
  })
  assert.doesNotMatch(JSON.stringify(servers.log.entries), /hunter2/)
})

test('no server but the configured ones, and no other kind of action', async (t) => {
  const servers = await connect(t, {})
  await assert.rejects(servers.call('constructor.echo'), { code: 'UPSTREAM_UNKNOWN' })
  const read = { kind: 'memory.read', namespace: 'notes', limit: 1 } as const
  await assert.rejects(servers.execute(read, SALES), { code: 'INTERNAL' })
})

test('nobody follows a task in a session that all share: it would be told to nobody', async (t) => {
  const extensions = { 'io.modelcontextprotocol/tasks': {} }
  const upstream = await modernUpstream(t, {
    'server/discover': ({ reply }) => reply({ ...DISCOVERED, capabilities: { extensions } }),
    'subscriptions/listen': ({ reply }) => reply({}),
  })
  const servers = await connect(t, { s: http(upstream.url, { protocol: '2026-07-28' }) })
  const args = { taskId: 't1' }
  const follow = { kind: 'mcp.request', server: 's', method: 'tasks/subscribe', args } as const
  await assert.rejects(servers.execute(follow, SALES), { code: 'UPSTREAM_REFUSED' })
  assert.deepEqual(upstream.of('subscriptions/listen'), [])
})

test('once closed nothing is called and nothing is started again', async (t) => {
  const upstream = await httpUpstream(t)
  const servers = await connect(t, { s: scripted(await scratch(t)), web: http(upstream.url) })
  await servers.close()
  for (const name of ['s.echo', 'web.echo']) {
    await assert.rejects(servers.call(name), { code: 'UPSTREAM_UNAVAILABLE' })
  }
  assert.deepEqual(
    servers.status().map(({ state, restarts }) => [state, restarts]),
    [
      ['down', 0],
      ['down', 0],
    ],
  )
})

test('a tool is known by the digest of its definition, in any order of members', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const [echo] = servers.tools().filter(({ tool }) => tool === 'echo')
  const call = (server: string, tool: string) =>
    servers.target?.({ kind: 'tool.call', server, tool, args: {} })
  const turned = Object.fromEntries(Object.entries(echo?.definition ?? {}).reverse())
  const { definition } = echo ?? assert.fail()
  const { instance, ...target } = call('s', 'echo') ?? assert.fail()
  assert.deepEqual(target, { server: 's', schema: definitionDigest(turned), definition })
  assert.equal(call('s', 'none')?.instance, instance)
  assert.equal(call('s', 'none')?.definition, undefined)
  assert.equal(call('none', 'echo'), undefined)
})
