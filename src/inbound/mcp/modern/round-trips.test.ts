import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  askingGate,
  CAN_ALL,
  elicit,
  legacyServer,
  modernServer,
} from '../../../../test/support/asking-server.ts'
import { runningDoor } from '../../../../test/support/running-door.ts'
import { ask, type StandAlone, standAlone } from '../../../../test/support/stand-alone.ts'

const CALL: StandAlone = {
  method: 'tools/call',
  params: { name: 'slack.post', arguments: { ask: ['a?', 'b?'] } },
  capabilities: CAN_ALL,
}

const accepted = (text: string) => ({ action: 'accept', content: { text } })

/** The same call again, with what was asked for. */
const retry = (requestState: string, inputResponses: object, id = 2): StandAlone => ({
  ...CALL,
  id,
  params: { ...CALL.params, requestState, inputResponses: inputResponses as never },
})

test('what a server asks at once is asked in one result, and the retry goes on', async (t) => {
  const door = await runningDoor(t, { gate: askingGate(legacyServer) })
  const first = (await ask(door, CALL)).body.result
  assert.equal(first.resultType, 'input_required')
  assert.equal(first.ttlMs, undefined)
  assert.deepEqual(first.inputRequests, {
    'ask-1': { method: 'elicitation/create', params: elicit('a?') },
    'ask-2': { method: 'elicitation/create', params: elicit('b?') },
  })
  assert.match(first.requestState, /^[\w-]{43}$/)
  const answers = { 'ask-1': accepted('x'), 'ask-2': accepted('y') }
  const { body } = await ask(door, retry(first.requestState, answers))
  assert.equal(body.id, 2)
  assert.equal(body.result.resultType, 'complete')
  assert.deepEqual(JSON.parse(body.result.content[0].text), [accepted('x'), accepted('y')])
  // One call, and two questions that each walked the guard.
  assert.deepEqual(
    door.gate.guarded.map(({ action }) => action.kind),
    ['tool.call', 'client.request', 'client.request'],
  )
})

test('what is not answered is asked again, and names that nobody gave are ignored', async (t) => {
  const door = await runningDoor(t, { gate: askingGate(legacyServer) })
  const first = (await ask(door, CALL)).body.result
  const some = { 'ask-2': accepted('y'), 'ask-3': accepted('z') }
  const second = (await ask(door, retry(first.requestState, some))).body.result
  assert.deepEqual(Object.keys(second.inputRequests), ['ask-1'])
  assert.notEqual(second.requestState, first.requestState)
  const { body } = await ask(door, retry(second.requestState, { 'ask-1': accepted('x') }, 3))
  assert.deepEqual(JSON.parse(body.result.content[0].text), [accepted('x'), accepted('y')])
})

test('what a result asks is asked by the guard, and retried with its state', async (t) => {
  const door = await runningDoor(t, { gate: askingGate(modernServer) })
  const first = (await ask(door, CALL)).body.result
  assert.deepEqual(first.inputRequests, {
    name: { method: 'elicitation/create', params: elicit('name?') },
  })
  assert.notEqual(first.requestState, 'its own')
  const { body } = await ask(door, retry(first.requestState, { name: accepted('x') }))
  assert.deepEqual(JSON.parse(body.result.content[0].text), {
    inputResponses: { name: accepted('x') },
    requestState: 'its own',
  })
  assert.deepEqual(
    door.gate.guarded.map(({ action }) => action.kind),
    ['tool.call', 'client.request', 'tool.call'],
  )
})

test('an answer ahead of its question goes to the server once it was asked for', async (t) => {
  const door = await runningDoor(t, { gate: askingGate(modernServer) })
  const params = { ...CALL.params, inputResponses: { name: accepted('x'), other: accepted('y') } }
  const { body } = await ask(door, { ...CALL, params: params as never })
  assert.deepEqual(JSON.parse(body.result.content[0].text).inputResponses, { name: accepted('x') })
  // The question was permitted before.
  assert.deepEqual(
    door.gate.guarded.map(({ action }) => action.kind),
    ['tool.call', 'client.request', 'tool.call'],
  )
})

test('a state that asks for nothing lets the client come back when it likes', async (t) => {
  let calls = 0
  const gate = askingGate(async () =>
    calls++ === 0 ? { resultType: 'input_required', requestState: 's' } : { content: [] },
  )
  const door = await runningDoor(t, { gate })
  const first = (await ask(door, CALL)).body.result
  assert.deepEqual(Object.keys(first), ['resultType', 'requestState'])
  const { body } = await ask(door, retry(first.requestState, {}))
  assert.equal(body.result.resultType, 'complete')
})

const URL_ASK = {
  method: 'elicitation/create',
  params: { mode: 'url', url: 'https://a', message: 'b' },
}

const MISSING: readonly [title: string, request: object, declared: object, required: object][] = [
  [
    'elicitation',
    { method: 'elicitation/create', params: elicit('a') },
    {},
    { elicitation: { form: {} } },
  ],
  ['a URL', URL_ASK, { elicitation: { form: {} } }, { elicitation: { url: {} } }],
  ['a URL of who names no mode', URL_ASK, { elicitation: {} }, { elicitation: { url: {} } }],
  ['sampling', { method: 'sampling/createMessage', params: {} }, { roots: {} }, { sampling: {} }],
  [
    'tools of sampling',
    { method: 'sampling/createMessage', params: { tools: [] } },
    { sampling: {} },
    { sampling: { tools: {} } },
  ],
  ['roots', { method: 'roots/list' }, { sampling: {} }, { roots: {} }],
]

test('nothing is asked that the client did not declare with this request', async (t) => {
  for (const [title, request, capabilities, required] of MISSING) {
    const gate = askingGate(async () => ({
      resultType: 'input_required',
      inputRequests: { one: request as never },
    }))
    const door = await runningDoor(t, { gate })
    const { status, body } = await ask(door, { ...CALL, capabilities: capabilities as never })
    assert.deepEqual([status, body.error.code], [400, -32021], title)
    assert.deepEqual(body.error.data.requiredCapabilities, required, title)
    assert.equal(gate.guarded.length, 1, title)
  }
})

test('a server of the revisions before is told that there is no such method', async (t) => {
  const told: unknown[] = []
  const gate = askingGate(async (_, caller) => {
    await caller
      ?.ask('slack', { method: 'roots/list', params: {} })
      .catch((e) => told.push(e.answered))
    return { content: [] }
  })
  const door = await runningDoor(t, { gate })
  const { body } = await ask(door, { ...CALL, capabilities: {} })
  assert.equal(body.result.resultType, 'complete')
  assert.partialDeepStrictEqual(told, [{ code: -32601 }])
})

test('what a policy does not let a server ask is not asked', async (t) => {
  const door = await runningDoor(t, { gate: askingGate(modernServer) })
  const { body } = await ask(door, { ...CALL, agent: 'silent' })
  assert.equal(body.error.data.code, 'POLICY_DENIED')
  assert.equal(body.result, undefined)
})

const BROKEN: readonly [title: string, result: object][] = [
  ['no questions and no state', {}],
  ['questions that are a list', { inputRequests: [] }],
  ['a question without a method', { inputRequests: { a: {} } }],
  ['a method that is no question', { inputRequests: { a: { method: 'tools/call' } } }],
  [
    'too many',
    { inputRequests: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [n, {}])) },
  ],
]

test('a result that asks for what can not be asked is a fault of its server', async (t) => {
  for (const [title, result] of BROKEN) {
    const gate = askingGate(async () => ({ resultType: 'input_required', ...result }))
    const door = await runningDoor(t, { gate })
    const { body } = await ask(door, CALL)
    assert.equal(body.error.data.code, 'UPSTREAM_PROTOCOL', title)
  }
})

test('a server that asks for too much at once is refused', async (t) => {
  const one = { method: 'elicitation/create', params: elicit('a') }
  const inputRequests = { a: one, b: one, c: one }
  const gate = askingGate(async () => ({ resultType: 'input_required', inputRequests }))
  const door = await runningDoor(t, { gate, modernLimits: { asksPerCall: 2 } })
  assert.equal((await ask(door, CALL)).body.error.data.code, 'CLIENT_BUSY')
})

test('a server that asks for ever is given up', async (t) => {
  const gate = askingGate(async () => ({ resultType: 'input_required', requestState: 's' }))
  const door = await runningDoor(t, { gate, modernLimits: { inputRounds: 2, inputGatherMs: 0 } })
  let { body } = await ask(door, CALL)
  for (const id of [2, 3]) body = (await ask(door, retry(body.result.requestState, {}, id))).body
  assert.equal(body.error.data.code, 'UPSTREAM_PROTOCOL')
})

test('a client that does not come back ends the call', async (t) => {
  const given = Promise.withResolvers<string>()
  const gate = askingGate(async (action, caller) => {
    caller?.cancelled?.addEventListener('abort', () => given.resolve('cancelled'))
    return legacyServer(action, caller)
  })
  const door = await runningDoor(t, { gate, modernLimits: { inputWaitMs: 1, inputGatherMs: 0 } })
  const { requestState } = (await ask(door, CALL)).body.result
  assert.equal(await given.promise, 'cancelled')
  const { body } = await ask(door, retry(requestState, {}))
  assert.equal(body.error.data.code, 'REQUEST_STATE_REFUSED')
})

const FULL = [
  { inputsPerAgent: 1 },
  { inputCharsPerAgent: 150 },
  { inputs: 1 },
  { inputChars: 150 },
]

test('an agent has so many calls that wait for it, all agents have, and no more', async (t) => {
  for (const [at, limits] of FULL.entries()) {
    const modernLimits = { ...limits, inputGatherMs: 0 }
    const door = await runningDoor(t, { gate: askingGate(legacyServer), modernLimits })
    assert.equal((await ask(door, CALL)).body.result.resultType, 'input_required')
    assert.equal((await ask(door, CALL)).body.error.data.code, 'REQUEST_BUSY')
    const { body } = await ask(door, { ...CALL, agent: 'research' })
    assert.equal(body.error === undefined, at < 2, 'one agent takes no room of another')
  }
})

test('closing the response is the cancel, and reaches who carries the call out', async (t) => {
  const begun = Promise.withResolvers<void>()
  const given = Promise.withResolvers<void>()
  const gate = askingGate(async (_, caller) => {
    caller?.cancelled?.addEventListener('abort', () => given.resolve())
    begun.resolve()
    await given.promise
    return { content: [] }
  })
  const door = await runningDoor(t, { gate })
  const leaving = new AbortController()
  const { message, headers } = standAlone(CALL)
  const sent = fetch(door.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: leaving.signal,
  })
  await begun.promise
  leaving.abort()
  await assert.rejects(sent)
  await given.promise
})
