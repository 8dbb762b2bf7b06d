import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { adminClient } from '../../src/client/admin-client.ts'
import type { NewServer } from '../../src/client/server-client.ts'
import { administeredRuntime } from '../support/administered-runtime.ts'
import { runRuntime } from '../support/running-runtime.ts'

const SCRIPTED = join(import.meta.dirname, '..', 'support', 'upstreams', 'scripted.ts')
const SECRET = 'a secret of the server'
const SALES = 'policy sales {\n  allow: late.*\n}\n'

/** A runtime, its operator at the socket, and the file that the operator may change by it. */
async function operated(t: TestContext, policy = SALES) {
  const env = { LATE_KEY: SECRET }
  const running = await runRuntime({ policy, agents: ['sales'], more: '# the end\n', env })
  t.after(() => running.close())
  const admin = adminClient({ socketPath: join(running.folder, '.portcullis', 'admin.sock') })
  const file = join(running.folder, 'portcullis.toml')
  const heard = join(running.folder, 'late.ndjson')
  const late: NewServer = {
    ...{ name: 'late', command: process.execPath, args: [SCRIPTED, heard] },
    env: { KEY: '${LATE_KEY}' },
  }
  const events = () =>
    running
      .receipts()
      .filter(({ event }) => /^(server\.|config\.)/.test(event?.name ?? ''))
      .map(({ event, actor }) => [event?.name, event?.detail, actor.at(-1)?.id])
  return { running, admin, file, late, text: () => readFileSync(file, 'utf8'), events }
}

test('a server is added and removed while the runtime goes on, in the file too', async (t) => {
  const { running, admin, file, late, text, events } = await operated(t)
  const before = text()
  const agent = await running.agent('sales')
  const offered = async () => (await agent.listTools()).tools.map(({ name }) => name)
  const added = await admin.addServer(late)
  assert.deepEqual([added.file, added.server.state], [file, 'up'])
  assert.ok(text().startsWith(before))
  assert.match(text(), /\n\n\[servers\.late\]\n[\s\S]*\n"KEY" = "\$\{LATE_KEY\}"\n$/)
  assert.ok((await offered()).includes('late.echo'))
  const called = await agent.callTool({ name: 'late.echo', arguments: { message: 'hi' } })
  assert.deepEqual(called.content, [{ type: 'text', text: 'hi' }])

  const { servers } = await admin.listServers()
  assert.deepEqual(
    servers.map(({ name }) => name),
    ['desk', 'late'],
  )
  const shown = await admin.showServer('late')
  const { command, args, env, revision, links, offered: tools, heldBack, pinned } = shown
  assert.deepEqual([command, args, env], [process.execPath, 2, ['KEY']])
  assert.deepEqual([revision, links, heldBack], ['2025-11-25', 1, 0])
  assert.deepEqual([tools, pinned], [shown.tools.length, shown.tools.length])
  assert.doesNotMatch(JSON.stringify([servers, shown]), new RegExp(`${SECRET}|scripted`))

  assert.deepEqual(await admin.removeServer('late'), { name: 'late', file })
  assert.equal(text(), before)
  assert.deepEqual(await offered(), [])
  await assert.rejects(admin.showServer('late'), { code: 'SERVER_UNKNOWN' })
  assert.deepEqual(events().slice(1), [
    ['server.added', 'late', 'operator'],
    ['config.loaded', 'servers', 'portcullis'],
    ['server.removed', 'late', 'operator'],
    ['config.loaded', 'servers', 'portcullis'],
  ])
})

const FAR = { name: 'far', url: 'https://far.example.com/mcp' }
const REFUSED: readonly [what: string, server: NewServer, code: string, message: RegExp][] = [
  ['a name that is taken', { name: 'desk', command: 'x' }, 'SERVER_TAKEN', /servers\.desk/],
  ['no name', { name: '', command: 'x' }, 'SERVER_REFUSED', /small letter/],
  ['a name that is a table', { name: 'a]\n[roles.b', command: 'x' }, 'SERVER_REFUSED', /small/],
  ['a name that is built in', { name: 'memory', command: 'x' }, 'SERVER_REFUSED', /built in/],
  ['neither program nor address', { name: 'far' }, 'REQUEST_INVALID', /`command`/],
  ['both', { ...FAR, command: 'x' }, 'REQUEST_INVALID', /`command`/],
  ['headers of a program', { name: 'a', command: 'x', headers: {} }, 'REQUEST_INVALID', /`url`/],
  ['an address in the clear', { name: 'far', url: 'http://x.example/' }, 'SERVER_REFUSED', /plain/],
  [
    'a credential that is written out',
    { ...FAR, headers: { Authorization: 'Bearer s3cret' } },
    ...(['SERVER_REFUSED', /written out: take it from the environment/] as const),
  ],
  [
    'a variable that there is not',
    { ...FAR, headers: { Authorization: 'Bearer ${NOT_THERE}' } },
    ...(['SERVER_REFUSED', /no variable `NOT_THERE`/] as const),
  ],
  ['a space that there is not', { ...FAR, space: 'nowhere' }, 'SERVER_REFUSED', /nowhere/],
  [
    'a program over the transport of old',
    { name: 'a', command: 'x', protocol: 'sse' },
    ...(['SERVER_REFUSED', /`auto`/] as const),
  ],
]

test('what cannot be declared changes nothing, on the disk nor in the runtime', async (t) => {
  const { admin, text, events } = await operated(t)
  const before = text()
  for (const [what, server, code, message] of REFUSED) {
    await assert.rejects(admin.addServer(server), (error: Error & { code: string }) => {
      assert.equal(error.code, code, what)
      assert.match(error.message, message, what)
      assert.doesNotMatch(error.message, /s3cret/)
      return true
    })
    assert.equal(text(), before, what)
  }
  await assert.rejects(admin.removeServer('late'), { code: 'SERVER_UNKNOWN' })
  assert.equal((await admin.listServers()).servers.length, 1)
  assert.deepEqual(
    events().map(([name]) => name),
    ['config.loaded'],
  )
})

test('what a policy denies changes nothing, on the disk nor in the runtime', async (t) => {
  const denied = 'policy fixed {\n  deny: admin.servers.add\n  deny: admin.servers.remove\n}\n'
  const { admin, late, text, events } = await operated(t, denied)
  const before = text()
  await assert.rejects(admin.addServer(late), { code: 'POLICY_DENIED' })
  await assert.rejects(admin.removeServer('desk'), { code: 'POLICY_DENIED' })
  assert.equal(text(), before)
  assert.equal((await admin.listServers()).servers[0]?.state, 'up')
  assert.equal(events().length, 1)
})

test('nobody declares what the runtime starts but who can open its socket', async (t) => {
  const config = '[members.root]\nroles = ["super_admin"]\n[approvers.root]\nroles = []\n'
  const far = '[servers.far]\ntransport = "http"\nurl = "http://127.0.0.1:1/mcp"\n'
  const { runtime, folder, ask } = await administeredRuntime(t, { config: `${config}${far}` })
  const { token } = await runtime.operations.issueApproverToken('root', {})
  const text = () => readFileSync(join(folder, 'portcullis.toml'), 'utf8')
  const before = text()
  const body = JSON.stringify({ name: 'shell', command: 'sh' })
  const added = await ask('POST /v1/servers', { token, body })
  const removed = await ask('POST /v1/servers/far/remove', { token })
  const codes = [added, removed].map(({ status, body: { error } }) => [status, error.code])
  assert.deepEqual(codes, [
    [403, 'SERVER_LOCAL_ONLY'],
    [403, 'SERVER_LOCAL_ONLY'],
  ])
  assert.equal(text(), before)
  const listed = await ask('GET /v1/servers', { token })
  assert.deepEqual([listed.status, listed.body.servers.length], [200, 1])
})

test('the list tells what is held back, what failed and when it is tried again', async (t) => {
  const { running, admin, late, file, text } = await operated(t)
  // At once: neither overwrites what the other has written.
  await Promise.all([
    admin.addServer({ ...late, trust: 'review', isolation: 'shared' }),
    admin.addServer({ name: 'gone', command: join(running.folder, 'no-such-program') }),
  ])
  const silent = createServer((socket) => void socket.on('error', () => undefined))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.after(() => silent.close())
  const { port } = silent.address() as { port: number }
  const url = `http://127.0.0.1:${port}/mcp?key=${encodeURIComponent(SECRET)}`
  const slow = `[servers.slow]\ntransport = "http"\nprotocol = "legacy"\nurl = "${url}"\n`
  writeFileSync(file, `${text()}\n${slow}`)
  await running.runtime.reloadServers()
  const { servers } = await admin.listServers()
  const [, held, gone, waiting] = servers
  assert.partialDeepStrictEqual(held, { state: 'up', offered: 0, pinned: 0, isolation: 'shared' })
  assert.ok(held !== undefined && held.heldBack > 0)
  const { tools } = await admin.showServer('late')
  assert.deepEqual(new Set(tools.map(({ code }) => code)), new Set(['TOOL_UNREVIEWED']))
  assert.ok(gone?.state === 'failed' || gone?.state === 'connecting')
  assert.equal(gone.code, 'UPSTREAM_UNAVAILABLE')
  if (gone.state === 'failed') assert.ok((gone.retryMs ?? 0) <= 30_000)
  assert.deepEqual([waiting?.state, waiting?.host], ['connecting', `127.0.0.1:${port}`])
  assert.doesNotMatch(JSON.stringify(servers), /secret|no-such-program .*args/)
})
