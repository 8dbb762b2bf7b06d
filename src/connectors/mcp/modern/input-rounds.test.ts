import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http } from '../../../../test/support/upstreams/connected.ts'
import type { Asked } from '../../../../test/support/upstreams/http-upstream.ts'
import { modernUpstream, paramsOf } from '../../../../test/support/upstreams/modern-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { INPUT_REQUESTS_LIMIT, INPUT_ROUNDS_LIMIT } from './limits.ts'

const modern = (url: string) => http(url, { protocol: '2026-07-28' })
const PATIENT = { waitMs: 10_000 }
const capabilities = { elicitation: {}, roots: {} }

const need = (inputRequests: JsonObject, requestState?: string): JsonObject => ({
  resultType: 'input_required',
  inputRequests,
  ...(requestState !== undefined && { requestState }),
})
const WHO = { method: 'elicitation/create', params: { message: 'who?', requestedSchema: {} } }
const ROOTS = { method: 'roots/list' }

test('what a server needs is asked all at once, and the call is made again with it', async (t) => {
  const upstream = await modernUpstream(t, {
    'tools/call'(asked) {
      const { inputResponses } = paramsOf(asked)
      if (inputResponses === undefined) asked.reply(need({ who: WHO, where: ROOTS }, ' exact\n'))
      else asked.reply({ content: [], got: inputResponses })
    },
  })
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const open = new Map<string, () => void>()
  const answers: Record<string, JsonObject> = {
    'elicitation/create': { action: 'accept', content: { name: 'ada' } },
    'roots/list': { roots: [] },
  }
  const ask = ({ method }: McpMessage) =>
    new Promise<JsonObject>((resolve) => {
      open.set(method, () => resolve(answers[method] ?? {}))
      if (open.size === 2) for (const answer of open.values()) answer()
    })
  const result = await transport.request(callOf('echo', { a: 1 }), { ...PATIENT, asked: ask })
  const [first, second] = upstream.of('tools/call')
  assert.ok(second !== undefined)
  assert.notEqual(first?.message.id, second.message.id)
  assert.equal(paramsOf(second).requestState, ' exact\n')
  assert.deepEqual(paramsOf(second).arguments, { a: 1 })
  assert.deepEqual(result.got, {
    who: answers['elicitation/create'],
    where: answers['roots/list'],
  })
})

test('state swapped between calls: each gets its own back, or none if it had none', async (t) => {
  const upstream = await modernUpstream(t, {
    'tools/call'(asked) {
      const { name, inputResponses, requestState = 'none' } = paramsOf(asked)
      if (inputResponses !== undefined) return asked.reply({ content: [], requestState })
      asked.reply(need({ who: WHO }, name === 'stateless' ? undefined : `state of ${name}`))
    },
  })
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const asked = async () => ({ action: 'decline' })
  const stateOf = async (name: string) =>
    (await transport.request(callOf(name), { ...PATIENT, asked })).requestState
  const states = await Promise.all(['a', 'b', 'stateless', 'c'].map(stateOf))
  assert.deepEqual(states, ['state of a', 'state of b', 'none', 'state of c'])
})

test('answers and state that a client makes up do not reach the server', async (t) => {
  const upstream = await modernUpstream(t)
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const made = { inputResponses: { who: { action: 'accept' } }, requestState: 'stolen' }
  const { method, params } = callOf('echo')
  await transport.request({ method, params: { ...params, ...made } }, PATIENT)
  assert.deepEqual(Object.keys(paramsOf(upstream.of('tools/call')[0] ?? assert.fail())), [
    'name',
    'arguments',
    '_meta',
  ])
})

test('endless requests for input end after so many, without anybody asked', async (t) => {
  const upstream = await modernUpstream(t, {
    'tools/call': ({ reply }) => reply({ resultType: 'input_required', requestState: 'again' }),
  })
  const { transport } = await opened(t, modern(upstream.url))
  await assert.rejects(transport.request(callOf('echo'), PATIENT), { code: 'UPSTREAM_PROTOCOL' })
  assert.equal(upstream.of('tools/call').length, INPUT_ROUNDS_LIMIT + 1)
})

const many = Array.from({ length: INPUT_REQUESTS_LIMIT + 1 }, (_, at) => [`r${at}`, ROOTS])

const MALFORMED: readonly [title: string, result: JsonObject, method?: string][] = [
  ['for nothing', { resultType: 'input_required' }],
  ['in a list', { resultType: 'input_required', inputRequests: [WHO] }],
  ['without a method', need({ who: { params: {} } })],
  ['of what the client did not declare', need({ it: { method: 'sampling/createMessage' } })],
  ['by a mode that it did not declare', need({ it: { ...WHO, params: { mode: 'url' } } })],
  ['of another kind than there is', need({ it: { method: 'tools/call' } })],
  ['for too much', need(Object.fromEntries(many))],
  ['with a state that is none', { resultType: 'input_required', requestState: 7 }],
  ['where it may not', need({ it: ROOTS }), 'completion/complete'],
]

for (const [title, result, method = 'tools/call'] of MALFORMED) {
  for (const passesInputRequests of [false, true]) {
    const way = passesInputRequests ? 'passed on' : 'answered'
    test(`a server that asks ${title} breaks the protocol: nothing is ${way}`, async (t) => {
      const upstream = await modernUpstream(t, { [method]: ({ reply }: Asked) => reply(result) })
      const { transport } = await opened(t, modern(upstream.url), { capabilities })
      const asked = () => assert.fail('asked')
      const options = { ...PATIENT, asked, passesInputRequests }
      const request = { method, params: { name: 'echo' } }
      await assert.rejects(transport.request(request, options), { code: 'UPSTREAM_PROTOCOL' })
      assert.equal(upstream.of(method).length, 1)
    })
  }
}

test('a client that takes requests for input gets and answers them as they are', async (t) => {
  const needed = { ...need({ who: WHO }, 'mine'), later: [1] }
  const upstream = await modernUpstream(t, {
    'tools/call'(asked) {
      const { inputResponses, requestState } = paramsOf(asked)
      const isAnswered = isJsonObject(inputResponses) && requestState === 'mine'
      asked.reply(isAnswered ? { content: [] } : needed)
    },
  })
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const options = { ...PATIENT, passesInputRequests: true }
  assert.deepEqual(await transport.request(callOf('echo'), options), needed)
  const { method, params } = callOf('echo')
  const again = { ...params, requestState: 'mine', inputResponses: { who: { action: 'cancel' } } }
  assert.deepEqual(await transport.request({ method, params: again }, options), { content: [] })
})

test('what a policy refuses to ask ends the call, and the server is not asked again', async (t) => {
  const upstream = await modernUpstream(t, { 'tools/call': ({ reply }) => reply(need({ WHO })) })
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const asked = async () => {
    throw new PortcullisError('POLICY_DENIED', 'no')
  }
  const call = transport.request(callOf('echo'), { ...PATIENT, asked })
  await assert.rejects(call, { code: 'POLICY_DENIED' })
  assert.equal(upstream.of('tools/call').length, 1)
})

test('a call that is cancelled while a person is asked ends at once', async (t) => {
  const upstream = await modernUpstream(t, { 'tools/call': ({ reply }) => reply(need({ WHO })) })
  const { transport } = await opened(t, modern(upstream.url), { capabilities })
  const gone = new AbortController()
  const asked = () => {
    gone.abort()
    return new Promise<JsonObject>(() => undefined)
  }
  const call = transport.request(callOf('echo'), { ...PATIENT, asked, cancelled: gone.signal })
  await assert.rejects(call, { code: 'CALL_CANCELLED' })
})
