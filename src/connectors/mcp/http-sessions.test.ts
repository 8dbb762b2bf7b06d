import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { connect, connecting, EVERYTHING, http } from '../../../test/support/upstreams/connected.ts'
import {
  type Asked,
  type Behaviour,
  freePort,
  httpUpstream,
  OPENED,
} from '../../../test/support/upstreams/http-upstream.ts'
import type { JsonObject } from '../../kernel/json/value.ts'

async function everything(t: TestContext, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  for await (const said of child.stderr) if (/listening/i.test(String(said))) break
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('a real server answers, is down when it is gone, and up again when it is back', async (t) => {
  const port = await freePort()
  const first = await everything(t, port)
  const servers = await connect(t, { all: http(`http://127.0.0.1:${port}/mcp`) })
  assert.ok(servers.tools().some(({ tool }) => tool === 'echo'))
  assert.equal(await servers.text('all.echo', { message: 'hi' }), 'Echo: hi')
  await ended(first)
  await assert.rejects(servers.call('all.echo', { message: 'hi' }), {
    code: 'UPSTREAM_UNAVAILABLE',
  })
  await servers.log.seen('upstream.down')
  assert.equal(servers.status()[0]?.state, 'down')
  await everything(t, port)
  await servers.log.seen('upstream.up', 2)
  assert.equal(await servers.text('all.echo', { message: 'again' }), 'Echo: again')
})

test('a server not there at the start blocks nothing, and is up once it is there', async (t) => {
  const port = await freePort()
  const other = await httpUpstream(t)
  const late = http(`http://127.0.0.1:${port}/mcp`)
  const servers = await connect(t, { late, other: http(other.url) })
  assert.deepEqual(
    servers.status().map(({ state }) => state),
    ['down', 'up'],
  )
  assert.equal(await servers.text('other.echo'), 'echoed')
  await httpUpstream(t, {}, port)
  await servers.log.seen('upstream.up', 2)
  assert.equal(await servers.text('late.echo'), 'echoed')
})

/** Names its sessions `s1`, `s2` …; forgets `s1` when told to, and refuses it with `status`. */
function forgetful(status: number) {
  let sessions = 0
  const forgotten = new Set<unknown>()
  const knows = ({ headers }: Asked) => !forgotten.has(headers['mcp-session-id'])
  const behaviour: Behaviour = {
    initialize({ response, reply }) {
      response.setHeader('mcp-session-id', `s${++sessions}`)
      reply(OPENED)
    },
    'tools/call'(asked) {
      if (!knows(asked)) return asked.status(status)
      const text = String(asked.headers['mcp-session-id'])
      return asked.reply({ content: [{ type: 'text', text }] })
    },
    'tools/list': ({ headers, reply }) =>
      reply({ tools: [{ name: 'echo' }, { name: `of ${headers['mcp-session-id']}` }] }),
    ping: (asked) => (knows(asked) ? asked.reply({}) : asked.status(status)),
  }
  return { behaviour, forget: () => forgotten.add('s1') }
}

test('calls that meet a lost session are repeated in one new session', async (t) => {
  const { behaviour, forget } = forgetful(404)
  const upstream = await httpUpstream(t, behaviour)
  const servers = await connect(t, { web: http(upstream.url) })
  assert.equal(await servers.text('web.echo'), 's1')
  forget()
  const texts = await Promise.all(Array.from({ length: 20 }, () => servers.text('web.echo')))
  assert.deepEqual(texts, Array(20).fill('s2'))
  assert.equal(upstream.of('initialize').length, 2)
  assert.equal(servers.status()[0]?.state, 'up')
})

test('no call enters a new session before the server knows that it is open', async (t) => {
  const early: string[] = []
  const waiting: (() => void)[] = []
  let sessions = 0
  let open = true
  const upstream = await httpUpstream(t, {
    initialize({ response, reply }) {
      response.setHeader('mcp-session-id', `s${++sessions}`)
      reply(OPENED)
    },
    'notifications/initialized'({ headers, status }) {
      if (headers['mcp-session-id'] === 's1') return status(202)
      open = false
      // Now the other call learns that its session is lost, while the new one is not yet open.
      waiting.shift()?.()
      waiting.push(() => {
        open = true
        status(202)
      })
    },
    'tools/call'({ headers, message, reply, status }) {
      const { name } = message.params as { name: string }
      if (headers['mcp-session-id'] !== 's1') {
        if (!open) early.push(name)
        return reply({ content: [{ type: 'text', text: 's2' }] })
      }
      if (sessions === 1 && waiting.length === 0) return void waiting.push(() => status(404))
      return status(404)
    },
  })
  const servers = await connect(t, { web: http(upstream.url) })
  const calls = [servers.text('web.echo'), servers.text('web.echo')]
  while (upstream.of('notifications/initialized').length < 2) await ping(upstream.url)
  for (let rounds = 0; rounds < 5; rounds++) await ping(upstream.url)
  waiting.shift()?.()
  assert.deepEqual(await Promise.all(calls), ['s2', 's2'])
  assert.deepEqual(early, [])
})

/** A round trip beside the connector's own: what it has to do meanwhile, it does. */
async function ping(url: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'ping' })
  await (await fetch(url, { method: 'POST', body })).text()
}

test('a session refused with 400, as some servers do, is found lost and replaced', async (t) => {
  const { behaviour, forget } = forgetful(400)
  const upstream = await httpUpstream(t, behaviour)
  const servers = await connect(t, { web: http(upstream.url) })
  const renewed = new Promise<void>((resolve) => {
    servers.onToolsChanged(resolve)
  })
  forget()
  await assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_REFUSED' })
  // The tools are listed anew in the new session, and are others there.
  await renewed
  assert.equal(await servers.text('web.echo'), 's2')
})

test('a server that loses every session is asked twice and no more', async (t) => {
  const upstream = await httpUpstream(t, {
    initialize({ response, reply }) {
      response.setHeader('mcp-session-id', 'lost at once')
      reply(OPENED)
    },
    'tools/call': ({ status }) => status(404),
  })
  const servers = await connect(t, { web: http(upstream.url) })
  await assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(upstream.of('tools/call').length, 2)
})

test('every request bears the credential, the session and the revision, each once', async (t) => {
  const { behaviour } = forgetful(404)
  const upstream = await httpUpstream(t, behaviour)
  const headers = { Authorization: 'Bearer hunter2', 'Content-Type': 'text/plain' }
  const servers = await connect(t, { web: http(upstream.url, { headers }) })
  await servers.call('web.echo')
  await servers.close()
  for (const { headers, verb, message } of upstream.asked) {
    assert.equal(headers.authorization, 'Bearer hunter2', verb)
    if (verb === 'POST') assert.equal(headers['content-type'], 'application/json')
    if (message.method === 'initialize') continue
    assert.equal(headers['mcp-session-id'], 's1')
    assert.equal(headers['mcp-protocol-version'], '2025-11-25')
  }
  assert.equal(upstream.of('DELETE').length, 1)
})

test('tools are listed again when the notification stream says so, or was cut', async (t) => {
  const tools = [{ name: 'echo' }]
  const streams: ((message: JsonObject) => void)[] = []
  const upstream = await httpUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools }),
    GET: ({ stream }) => void streams.push(stream()),
  })
  const servers = connecting(t, { web: http(upstream.url) })
  const change = () =>
    new Promise<void>((resolve) => {
      const stop = servers.onToolsChanged(() => {
        stop()
        resolve()
      })
    })
  await change()
  let changed = change()
  tools.push({ name: 'told' })
  await until(() => streams.length === 1)
  streams[0]?.({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
  await changed
  changed = change()
  tools.push({ name: 'missed' })
  upstream.of('GET')[0]?.response.destroy()
  await changed
  assert.deepEqual(
    servers.tools().map(({ tool }) => tool),
    ['echo', 'told', 'missed'],
  )
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
