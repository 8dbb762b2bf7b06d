import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { askingGate, CAN_ALL, elicit } from '../../../test/support/asking-server.ts'
import { inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { inMemoryUpstreams } from '../../../test/support/in-memory-upstreams.ts'
import { readEvents } from '../../../test/support/read-events.ts'
import { request, runningDoor } from '../../../test/support/running-door.ts'
import { ask, type StandAlone } from '../../../test/support/stand-alone.ts'
import { codeOf } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Caller } from '../../pipeline/ports.ts'

const SAMPLING = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } }
const ROOTS = { method: 'roots/list', params: {} }

/** A session that is asked one thing at a time, whose calls are carried out as the test says. */
async function session(t: TestContext, carryOut?: (caller: Caller) => Promise<JsonObject>) {
  const gate = inMemoryGate({
    permits: { sales: ['desk.*'] },
    carryOut: async (_, caller) => (caller && carryOut ? carryOut(caller) : {}),
  })
  const upstreams = inMemoryUpstreams({ desk: {} })
  const door = await runningDoor(t, { gate, upstreams, limits: { asksPerSession: 1 } })
  const desk = door.at('desk')
  const headers = await desk.open({ capabilities: { sampling: {}, roots: {} } })
  const [client] = upstreams.clients
  assert.ok(client)
  const read = async (init: RequestInit, more = {}) =>
    readEvents(t, await fetch(desk.url, { ...init, headers: { ...headers, ...more } }))
  const call = () => {
    const body = JSON.stringify(request('tools/call', { name: 'get' }))
    const accept = 'application/json, text/event-stream'
    return read({ method: 'POST', body }, { 'content-type': 'application/json', accept })
  }
  const listen = () => read({}, { accept: 'text/event-stream' })
  const answer = (id: string, result: JsonObject) =>
    desk.post({ jsonrpc: '2.0', id, result }, headers)
  return { gate, client, call, listen, answer }
}

test('a question is withdrawn from the client that was asked, and its place is free', async (t) => {
  const withdrawing = new AbortController()
  const { call, answer, gate } = await session(t, async (caller) => {
    const first = await caller.ask('desk', SAMPLING, withdrawing.signal).catch(codeOf)
    return { first: String(first), second: await caller.ask('desk', ROOTS) }
  })
  const events = await call()
  const { id } = (await events.next())?.message ?? {}
  withdrawing.abort()
  const { message: told } = (await events.next()) ?? {}
  assert.deepEqual([told.method, told.params.requestId], ['notifications/cancelled', id])
  const { message: second } = (await events.next()) ?? {}
  // It is late, and nobody's any more.
  await answer(id, { model: 'late' })
  await answer(second.id, { roots: [] })
  const { result } = (await events.next())?.message ?? {}
  assert.deepEqual(result, { first: 'CALL_CANCELLED', second: { roots: [] } })
  assert.deepEqual(
    gate.guarded.map(({ action }) => action.kind),
    ['tool.call', 'client.request', 'client.request'],
  )
})

test('a question that is withdrawn before anybody listens is never asked', async (t) => {
  const { client, listen, answer, gate } = await session(t)
  const withdrawing = new AbortController()
  const asked = client.ask('desk', SAMPLING, withdrawing.signal)
  withdrawing.abort()
  await assert.rejects(asked, { code: 'CALL_CANCELLED' })
  await assert.rejects(client.ask('desk', SAMPLING, AbortSignal.abort()), {
    code: 'CALL_CANCELLED',
  })
  assert.equal(gate.guarded.length, 0)
  const other = client.ask('desk', ROOTS)
  const { id, method } = (await (await listen()).next())?.message ?? {}
  assert.equal(method, ROOTS.method)
  await answer(id, { roots: [] })
  await other
})

test('a question that belongs to no request is withdrawn where the client listens', async (t) => {
  const { client, listen } = await session(t)
  const withdrawing = new AbortController()
  const asked = client.ask('desk', SAMPLING, withdrawing.signal)
  const stream = await listen()
  const { id } = (await stream.next())?.message ?? {}
  withdrawing.abort()
  await assert.rejects(asked, { code: 'CALL_CANCELLED' })
  assert.equal((await stream.next())?.message.params.requestId, id)
})

test('a question that is held for approval is given up when it is withdrawn', async (t) => {
  const { client, gate, listen } = await session(t)
  const held = Promise.withResolvers<void>()
  gate.guard = async ({ gone }) => {
    held.resolve()
    await new Promise<void>((resolve) => gone?.addEventListener('abort', resolve))
    return { kind: 'refused', code: 'APPROVAL_EXPIRED', receipt: 'r' }
  }
  await listen()
  const withdrawing = new AbortController()
  const asked = client.ask('desk', SAMPLING, withdrawing.signal)
  await held.promise
  withdrawing.abort()
  await assert.rejects(asked, { code: 'APPROVAL_EXPIRED' })
})

const CALL: StandAlone = {
  method: 'tools/call',
  params: { name: 'slack.post', arguments: {} },
  capabilities: CAN_ALL,
}

/** A server that asks clients without sessions, and withdraws its first question. */
function withdrawingGate(withdrawn: AbortSignal, asked: () => void = () => undefined) {
  return askingGate(async (_, caller) => {
    const asking = (message: string, gone?: AbortSignal) =>
      caller?.ask('slack', { method: 'elicitation/create', params: elicit(message) }, gone)
    const answers = [asking('a?', withdrawn), asking('b?')].map((it) => it?.catch(codeOf))
    setImmediate(asked)
    return { content: [], answers: (await Promise.all(answers)) as never }
  })
}

test('without sessions, what is withdrawn before it was told is not asked', async (t) => {
  const withdrawing = new AbortController()
  const gate = withdrawingGate(withdrawing.signal, () => withdrawing.abort())
  const door = await runningDoor(t, { gate, modernLimits: { inputGatherMs: 200 } })
  const { inputRequests, requestState } = (await ask(door, CALL)).body.result
  const [[name, { params }] = ['', {}], ...others] = Object.entries<JsonObject>(inputRequests)
  assert.deepEqual([params, others], [elicit('b?'), []])
  const inputResponses = { [name]: { action: 'decline' } }
  const again = { ...CALL, params: { ...CALL.params, requestState, inputResponses } }
  const { answers } = (await ask(door, again)).body.result
  assert.deepEqual(answers, ['CALL_CANCELLED', { action: 'decline' }])
})

test('without sessions, an answer to what was withdrawn since is nobody’s', async (t) => {
  const withdrawing = new AbortController()
  const door = await runningDoor(t, { gate: withdrawingGate(withdrawing.signal) })
  const { inputRequests, requestState } = (await ask(door, CALL)).body.result
  assert.equal(Object.keys(inputRequests).length, 2)
  withdrawing.abort()
  const [first = '', second = ''] = Object.keys(inputRequests)
  const inputResponses = { [first]: { action: 'late' }, [second]: { action: 'decline' } }
  const again = { ...CALL, params: { ...CALL.params, requestState, inputResponses } }
  const { answers } = (await ask(door, again)).body.result
  assert.deepEqual(answers, ['CALL_CANCELLED', { action: 'decline' }])
})
