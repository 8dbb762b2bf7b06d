import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { askingGate, CAN_ALL, legacyServer } from '../support/asking-server.ts'
import { runningDoor } from '../support/running-door.ts'
import { ask, type StandAlone } from '../support/stand-alone.ts'

const ARGS = { ask: ['pay?'] }
const CALL: StandAlone = {
  method: 'tools/call',
  params: { name: 'slack.post', arguments: ARGS },
  capabilities: CAN_ALL,
}
const ANSWERS = { 'ask-1': { action: 'accept', content: { pay: true } } }

const withState = (requestState: string, beside: object = {}): StandAlone => ({
  ...CALL,
  id: 2,
  params: { ...CALL.params, requestState, inputResponses: ANSWERS, ...beside } as never,
})

/** A call of `sales` that waits for its input. */
async function waiting(t: TestContext) {
  const door = await runningDoor(t, { gate: askingGate(legacyServer) })
  const { body } = await ask(door, CALL)
  return { door, state: String(body.result.requestState) }
}

const ATTACKS: readonly [title: string, forge: (state: string) => StandAlone][] = [
  ['another agent’s', (state) => ({ ...withState(state), agent: 'research' })],
  ['on other arguments', (state) => withState(state, { arguments: { ask: ['pay more?'] } })],
  ['on another tool', (state) => withState(state, { name: 'files.read' })],
  ['on another method', (state) => ({ ...withState(state), method: 'prompts/get' })],
  ['tampered with', (state) => withState(`${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`)],
  ['lengthened', (state) => withState(`${state}-`)],
  ['cut', (state) => withState(state.slice(0, -1))],
  ['empty', () => withState('')],
  ['a member of every object', () => withState('__proto__')],
]

for (const [title, forge] of ATTACKS) {
  test(`a request state that is ${title} is refused, and its own call still waits`, async (t) => {
    const { door, state } = await waiting(t)
    const { status, body } = await ask(door, forge(state))
    assert.deepEqual([status, body.error?.code], [200, -32602])
    assert.equal(body.error.data.code, 'REQUEST_STATE_REFUSED')
    assert.equal(door.gate.refusals.at(-1)?.code, 'REQUEST_STATE_REFUSED')
    assert.equal((await ask(door, withState(state))).body.result.resultType, 'complete')
  })
}

test('a request state that was used is refused', async (t) => {
  const { door, state } = await waiting(t)
  const both = await Promise.all([ask(door, withState(state)), ask(door, withState(state))])
  const codes = both.map(({ body }) => body.error?.data.code)
  assert.deepEqual(codes.sort(), ['REQUEST_STATE_REFUSED', undefined])
  const done = door.gate.guarded.filter(({ action }) => action.kind === 'tool.call')
  assert.equal(done.length, 1)
})

test('a request state that is no text is refused', async (t) => {
  const { door } = await waiting(t)
  for (const requestState of [1, {}, null]) {
    const { body } = await ask(door, withState('', { requestState }))
    assert.equal(body.error.data.code, 'REQUEST_META_INVALID')
  }
})

test('a smuggled session id chooses no run, and neither run nor state is a session', async (t) => {
  const { door, state } = await waiting(t)
  const stolen = await door.open({ authorization: 'Bearer research-token' })
  const headers = { 'mcp-session-id': stolen['mcp-session-id'] ?? '' }
  await ask(door, { ...CALL, headers })
  const runs = new Set(door.gate.guarded.map(({ channel }) => channel.run))
  assert.equal(runs.size, 1, 'a header chooses no run')
  for (const id of [state, [...runs][0] ?? '']) {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping', params: {} }
    const { status } = await door.post(ping, {
      authorization: 'Bearer sales-token',
      'mcp-session-id': id,
    })
    assert.equal(status, 404)
  }
})
