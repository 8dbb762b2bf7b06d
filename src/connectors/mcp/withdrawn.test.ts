import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { http, scripted } from '../../../test/support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import { callOf, opened } from '../../../test/support/upstreams/transports.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Gone, McpMessage } from '../../pipeline/ports.ts'
import { OPEN_ASKS_LIMIT } from './options.ts'
import { callCancelled } from './pending-requests.ts'

const SAMPLING = { capabilities: { sampling: {} } }

const ask = (id: string | number): JsonObject => ({
  ...{ jsonrpc: '2.0', id, method: 'sampling/createMessage', params: { id } },
})
const withdrawal = (requestId: unknown) => ({
  ...{ jsonrpc: '2.0', method: 'notifications/cancelled' },
  params: { requestId, reason: 'no need' } as JsonObject,
})

/** A client that answers what bears the name `answered`, and waits with everything else. */
function thinking() {
  const asked: unknown[] = []
  const withdrawn: unknown[] = []
  const answer = ({ params: { id } }: McpMessage, gone?: Gone) => {
    asked.push(id)
    if (id === 'answered') return Promise.resolve({ model: 'm' })
    const { promise, reject } = Promise.withResolvers<JsonObject>()
    gone?.addEventListener('abort', () => {
      withdrawn.push(id)
      reject(callCancelled())
    })
    return promise
  }
  return { asked, withdrawn, options: { waitMs: 10_000, asked: answer } }
}

/** A server that says this on the stream of a call, and answers it once it has an answer itself. */
async function saying(t: TestContext, messages: readonly JsonObject[]) {
  const answers: JsonObject[] = []
  let call: Asked | undefined
  const upstream = await httpUpstream(t, {
    'tools/call'(asked) {
      call = asked
      const send = asked.stream()
      for (const message of messages) send(message)
    },
    answer({ message, status }) {
      answers.push(message)
      status(202)
      const { response, message: { id } = {} } = call ?? assert.fail()
      response.end(`data: ${JSON.stringify({ id, result: {} })}\n\n`)
    },
  })
  const { transport } = await opened(t, http(upstream.url), SAMPLING)
  return { transport, answers }
}

test('what a server withdraws is withdrawn from who was asked, and not answered', async (t) => {
  const messages = [ask('a'), ask(7), withdrawal('a'), withdrawal('7'), ask('answered')]
  const { transport, answers } = await saying(t, messages)
  const { asked, withdrawn, options } = thinking()
  await transport.request(callOf('x'), options)
  assert.deepEqual([asked, withdrawn], [['a', 7, 'answered'], ['a']])
  assert.deepEqual(
    answers.map(({ id }) => id),
    ['answered'],
  )
})

test('over standard streams a question is withdrawn as well, also twice', async (t) => {
  const { transport } = await opened(t, scripted(await scratch(t)), SAMPLING)
  const { withdrawn, options } = thinking()
  const messages = [ask('a'), withdrawal('a'), withdrawal('a'), withdrawal(null)]
  await transport.request(callOf('emit', { messages }), options)
  assert.deepEqual(withdrawn, ['a'])
})

test('what is withdrawn takes no place of what may be asked at once', async (t) => {
  const { transport } = await opened(t, scripted(await scratch(t)), SAMPLING)
  const { withdrawn, options } = thinking()
  const ids = Array.from({ length: OPEN_ASKS_LIMIT }, (_, at) => at)
  const messages = [...ids.map(ask), ...ids.map(withdrawal)]
  for (const _ of ['at first', 'again']) {
    await transport.request(callOf('emit', { messages }), options)
  }
  assert.deepEqual(withdrawn, [...ids, ...ids])
})

test('a withdrawal that is of another session withdraws nothing', async (t) => {
  const options = scripted(await scratch(t))
  const mine = await opened(t, options, SAMPLING)
  const others = await opened(t, options, SAMPLING)
  const { asked, withdrawn, options: waiting } = thinking()
  await mine.transport.request(callOf('emit', { messages: [ask('a')] }), waiting)
  await others.transport.request(callOf('emit', { messages: [withdrawal('a')] }), waiting)
  assert.deepEqual([asked, withdrawn], [['a'], []])
  await mine.transport.request(callOf('emit', { messages: [withdrawal('a')] }), waiting)
  assert.deepEqual(withdrawn, ['a'])
})
