import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { openSocket, postHead } from '../../../test/support/raw-http.ts'
import {
  as,
  INITIALIZE,
  type RunningDoor,
  request,
  runningDoor,
} from '../../../test/support/running-door.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'

const LIST_CHANGED = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }

/** An open stream of a session, read message by message. */
async function listen(t: TestContext, { url }: RunningDoor, session: Record<string, string>) {
  const response = await fetch(url, { headers: { ...session, accept: 'text/event-stream' } })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.ok(reader)
  t.after(() => reader.cancel())
  let text = ''
  return {
    response,
    /** The next message, or `undefined` when the stream has ended. */
    async next(): Promise<object | undefined> {
      for (;;) {
        const event = /^data: (.*)\n\n/m.exec(text)
        if (event?.[1] !== undefined) {
          text = text.slice(event.index + event[0].length)
          return JSON.parse(event[1])
        }
        const { value, done } = await reader.read()
        if (done) return undefined
        text += value
      }
    },
  }
}

test('a request after initialize needs its session', async (t) => {
  const { post } = await runningDoor(t)
  const { status, body } = await post(request('ping'), as('sales'))
  assert.equal(status, 400)
  assert.equal(body.id, 1)
  assert.equal(body.error.data.code, 'SESSION_MISSING')
})

test('a session that its agent ended is not known any more', async (t) => {
  const { post, open, url } = await runningDoor(t)
  const session = await open()
  const response = await fetch(url, { method: 'DELETE', headers: session })
  assert.equal(response.status, 204)
  assert.equal((await post(request('ping'), session)).body.error.data.code, 'SESSION_UNKNOWN')
})

test('a session has its receipts, when it begins and when it ends', async (t) => {
  let ms = 0
  const clock = { now: () => ms, elapsed: () => ms }
  const limits = { sessionIdleMs: 1000, sessionsPerAgent: 2 }
  const { gate, open, url } = await runningDoor(t, { clock, limits })
  const first = await open()
  await open()
  await fetch(url, { method: 'DELETE', headers: first })
  await open()
  await open()
  ms = 1000
  await open()
  const [opened, ended] = ['session.opened', 'session.ended']
  assert.deepEqual(
    gate.events.map(({ name, detail }) => (name === opened ? name : `${name} ${detail}`)),
    [
      ...[opened, opened, `${ended} by its agent`, opened],
      ...[`${ended} replaced by a newer one`, opened],
      ...[`${ended} idle`, `${ended} idle`, opened],
    ],
  )
  const runs = gate.events.map(({ channel, agent }) => `${agent} ${channel.run}`)
  assert.equal(runs[0], `sales ${first['mcp-session-id']}`)
  assert.equal(runs[2], runs[0])
})

test('a session that cannot be recorded is not opened', async (t) => {
  const gate = inMemoryGate()
  const note = () => Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'sealed'))
  const { post } = await runningDoor(t, { gate: { ...gate, note } })
  const { status, headers } = await post(INITIALIZE, as('sales'))
  assert.equal(headers.get('mcp-session-id'), null)
  assert.equal(status, 200)
})

test('a session in which nothing is asked for too long is not known any more', async (t) => {
  let ms = 0
  const clock = { now: () => ms, elapsed: () => ms }
  const { post, open } = await runningDoor(t, { clock, limits: { sessionIdleMs: 1000 } })
  const session = await open()
  ms = 999
  assert.equal((await post(request('ping'), session)).status, 200)
  ms = 1998
  assert.equal((await post(request('ping'), session)).status, 200)
  ms = 2998
  assert.equal((await post(request('ping'), session)).status, 404)
})

test('an agent with too many sessions loses the one it used longest ago', async (t) => {
  const { post, open } = await runningDoor(t, { limits: { sessionsPerAgent: 2 } })
  const other = await open(as('research'))
  const first = await open()
  const second = await open()
  await post(request('ping'), first)
  const third = await open()
  const statuses = []
  for (const session of [first, second, third, other]) {
    statuses.push((await post(request('ping'), session)).status)
  }
  assert.deepEqual(statuses, [200, 404, 200, 200])
})

test('no session is opened beyond what the runtime keeps, and none is lost for it', async (t) => {
  const { post, open, gate } = await runningDoor(t, { limits: { sessions: 1 } })
  const session = await open()
  const { status, body } = await post(INITIALIZE, as('research'))
  assert.equal(status, 200)
  assert.equal(body.error.data.code, 'SESSION_LIMIT')
  assert.equal(gate.refusals.at(-1)?.code, 'SESSION_LIMIT')
  assert.equal((await post(request('ping'), session)).status, 200)
})

const VERSIONS: readonly [version: string, status: number, code: string | undefined][] = [
  ['2025-11-25', 200, undefined],
  ['2025-06-18', 400, 'REQUEST_HEADER_MISMATCH'],
  ['2026-07-28', 400, 'REQUEST_META_INVALID'],
  ['latest', 400, 'REQUEST_VERSION_UNSUPPORTED'],
]

test('a version header must name the version of the session', async (t) => {
  const { post, open } = await runningDoor(t)
  const session = await open()
  for (const [version, status, code] of VERSIONS) {
    const reply = await post(request('ping'), { ...session, 'mcp-protocol-version': version })
    assert.equal(reply.status, status)
    assert.equal(reply.body.error?.data.code, code)
  }
})

test('a refused version is answered with those that are spoken', async (t) => {
  const { post, open } = await runningDoor(t)
  const headers = { ...(await open()), 'mcp-protocol-version': '2031-01-01' }
  const { body } = await post(request('ping'), headers)
  assert.equal(body.error.code, -32022)
  const spoken = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26']
  assert.deepEqual(body.error.data.supported, spoken)
})

test('a stream tells when the catalog or the policy changes', async (t) => {
  const running = await runningDoor(t)
  const stream = await listen(t, running, await running.open())
  assert.equal(stream.response.headers.get('content-type'), 'text/event-stream')
  running.catalog.replace([])
  assert.deepEqual(await stream.next(), LIST_CHANGED)
  running.door.notifyListChanged(DEFAULT_TENANT)
  assert.deepEqual(await stream.next(), LIST_CHANGED)
})

test('a message goes to one stream of a session, the newest', async (t) => {
  const running = await runningDoor(t)
  const session = await running.open()
  const [older, newer] = [await listen(t, running, session), await listen(t, running, session)]
  running.door.notifyListChanged(DEFAULT_TENANT)
  assert.deepEqual(await newer.next(), LIST_CHANGED)
  await fetch(running.url, { method: 'DELETE', headers: session })
  assert.equal(await older.next(), undefined)
})

test('a stream beyond the bound ends the oldest of its session', async (t) => {
  const running = await runningDoor(t, { limits: { streamsPerSession: 1 } })
  const session = await running.open()
  const older = await listen(t, running, session)
  const newer = await listen(t, running, session)
  assert.equal(await older.next(), undefined)
  running.door.notifyListChanged(DEFAULT_TENANT)
  assert.deepEqual(await newer.next(), LIST_CHANGED)
})

test('a stream needs its session, and an agent of its own', async (t) => {
  const { url, open, gate } = await runningDoor(t)
  const session = await open()
  const attempts = [
    [{}, 401],
    [as('sales'), 400],
    [{ ...session, ...as('research') }, 404],
    [{ ...session, accept: 'application/json' }, 406],
    [{ ...session, 'mcp-protocol-version': '2031-01-01' }, 400],
  ] as const
  for (const [headers, status] of attempts) {
    assert.equal((await fetch(url, { headers })).status, status)
  }
  assert.equal(gate.refusals.length, attempts.length)
})

test('a stream does not outlive its term', async (t) => {
  const running = await runningDoor(t, { limits: { streamLifetimeMs: 1 } })
  const stream = await listen(t, running, await running.open())
  assert.equal(await stream.next(), undefined)
})

test('the server closes at once though streams are open', async (t) => {
  const running = await runningDoor(t)
  const stream = await listen(t, running, await running.open())
  await running.server.close()
  assert.equal(await stream.next(), undefined)
})

test('a call goes on to its end when the client has gone', async (t) => {
  const called = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<object>()
  const finished = Promise.withResolvers<void>()
  const gate = inMemoryGate({
    async carryOut() {
      called.resolve()
      await answered.promise
      finished.resolve()
      return {}
    },
  })
  const { port, open, post } = await runningDoor(t, { gate })
  const session = await open()
  const body = JSON.stringify(request('tools/call', { name: 'slack.post' }))
  const socket = await openSocket(port)
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  socket.write(postHead(port, { ...session, ...length }) + body)
  await called.promise
  socket.destroy()
  await once(socket, 'close')
  assert.equal((await post(request('ping'), session)).status, 200)
  answered.resolve({})
  await finished.promise
})
