import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inMemoryGate } from '../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../test/support/in-memory-upstreams.ts'
import { as, request, runningDoor } from '../../test/support/running-door.ts'
import { standAlone } from '../../test/support/stand-alone.ts'
import type { Outcome } from '../pipeline/ports.ts'

const BYTES = 1_000_000

/** A door whose every answer takes room, and a look at how much is taken and given back. */
async function counting(t: TestContext) {
  const taken: number[] = []
  let held = 0
  const answers = {
    enter: () => {
      let own = 0
      return {
        get bytes() {
          return own
        },
        answer: () => (bytes: number) => {
          own += bytes
          held += bytes
          taken.push(bytes)
        },
        leave() {
          held -= own
          own = 0
        },
      }
    },
  }
  const gate = inMemoryGate({ permits: { sales: ['desk.*'] } })
  const end = Promise.withResolvers<Outcome | undefined>()
  const counted: typeof gate = {
    ...gate,
    async guard(asked) {
      asked.room?.answer()(BYTES)
      return (await end.promise) ?? gate.guard(asked)
    },
  }
  const upstreams = inMemoryUpstreams({
    desk: { lists: { 'resources/list': { '': { resources: [{ uri: 'a' }] } } } },
  })
  const list: typeof upstreams.list = (server, page, client) => {
    page.room?.answer()(BYTES)
    return upstreams.list(server, page, client)
  }
  const door = await runningDoor(t, { gate: counted, answers, upstreams: { ...upstreams, list } })
  /** Resolves when so much is held. */
  const holds = async (bytes: number) => {
    while (held !== bytes) await new Promise(setImmediate)
  }
  return { ...door, desk: door.at('desk'), taken, end, holds }
}

const CALL = { name: 'get', arguments: {} }

/** A request in progress whose client can leave. */
function leaving(url: string, message: object, headers: Record<string, string>) {
  const gone = new AbortController()
  const types = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const answer = fetch(url, {
    ...{ method: 'POST', headers: { ...types, ...headers }, signal: gone.signal },
    body: JSON.stringify(message),
  }).catch(() => undefined)
  return { answer, leave: () => gone.abort() }
}

const OUTCOMES: readonly (readonly [what: string, outcome: Outcome | undefined])[] = [
  ['an answer', undefined],
  ['an error', { kind: 'failed', code: 'ANSWERS_LIMIT', receipt: 'r' }],
  ['a refusal', { kind: 'refused', code: 'POLICY_DENIED' }],
]

for (const [what, outcome] of OUTCOMES) {
  test(`room is given back once ${what} has left, with sessions and without`, async (t) => {
    const { desk, end, holds, taken } = await counting(t)
    end.resolve(outcome)
    const session = await desk.open()
    await desk.post(request('tools/call', CALL), session)
    await holds(0)
    const alone = standAlone({ method: 'tools/call', params: CALL })
    await desk.post(alone.message, alone.headers)
    await holds(0)
    assert.deepEqual(taken, [BYTES, BYTES])
  })
}

test('room is given back when the call ends whose client has left', async (t) => {
  const { desk, end, holds } = await counting(t)
  const session = await desk.open()
  const alone = standAlone({ method: 'tools/call', params: CALL })
  const asked = [
    leaving(desk.url, request('tools/call', CALL), session),
    leaving(desk.url, alone.message, alone.headers),
  ]
  await holds(2 * BYTES)
  for (const { leave } of asked) leave()
  await Promise.all(asked.map(({ answer }) => answer))
  // What is carried out for nobody is held all the same.
  await holds(2 * BYTES)
  end.resolve(undefined)
  await holds(0)
})

test('room is given back when a call is cancelled, and when its session ends', async (t) => {
  const { desk, end, holds } = await counting(t)
  const session = await desk.open()
  const asked = leaving(desk.url, request('tools/call', CALL, 'mine'), session)
  await holds(BYTES)
  const params = { requestId: 'mine' }
  await desk.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, session)
  await fetch(desk.url, { method: 'DELETE', headers: session })
  end.resolve({ kind: 'failed', code: 'CALL_CANCELLED', receipt: 'r' })
  await asked.answer
  await holds(0)
})

test('a list takes room as well, at one server and at all of them', async (t) => {
  const { desk, holds, taken, post, open } = await counting(t)
  await desk.post(request('resources/list'), await desk.open())
  await holds(0)
  await post(request('resources/list'), await open(as('sales')))
  await holds(0)
  assert.deepEqual(taken, [BYTES, BYTES])
})
