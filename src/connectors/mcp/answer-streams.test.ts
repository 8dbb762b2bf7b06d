import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { http, scripted } from '../../../test/support/upstreams/connected.ts'
import { type Behaviour, httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import { modernUpstream } from '../../../test/support/upstreams/modern-upstream.ts'
import { callOf, opened } from '../../../test/support/upstreams/transports.ts'
import { codeOf } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AnswerStream } from '../../pipeline/ports.ts'
import { RESUMES_LIMIT } from './options.ts'

const CONTENT: JsonObject = { content: [], resultType: 'complete' }
const answerTo = (id: unknown) => `data: ${JSON.stringify({ id, result: CONTENT })}\n\n`

const STREAMING: Behaviour = {
  'tools/call'({ message, stream, response }) {
    stream()
    response.end(answerTo(message.id))
  },
}

type Leave = (response: ServerResponse, text: string) => void

/** A server whose stream goes before the answer, again and again. */
function leaving(leave: Leave, times: number): Behaviour {
  let id: unknown
  let comesBack = 0
  return {
    'tools/call'({ message, stream, response }) {
      id = message.id
      stream()
      leave(response, 'id: 1\nretry: 1\ndata:\n\n')
    },
    GET({ headers, stream, status, response }) {
      if (headers['last-event-id'] === undefined) return status(405)
      stream()
      if (++comesBack < times) leave(response, 'id: 2\nretry: 1\ndata:\n\n')
      else response.end(answerTo(id))
    },
  }
}

function noting() {
  const seen: AnswerStream[] = []
  const options = { waitMs: 10_000, streamed: (stream: AnswerStream) => void seen.push(stream) }
  return { seen, options }
}

test('an answer that is a stream is told as one, and JSON is not', async (t) => {
  const cases = [
    [http((await httpUpstream(t)).url), []],
    [http((await httpUpstream(t, STREAMING)).url), ['of session']],
    [http((await modernUpstream(t)).url, { protocol: '2026-07-28' }), []],
    [http((await modernUpstream(t, STREAMING)).url, { protocol: '2026-07-28' }), ['alone']],
    [scripted(await scratch(t)), []],
  ] as const
  for (const [server, expected] of cases) {
    const { transport } = await opened(t, server)
    const { seen, options } = noting()
    await transport.request(callOf('echo', { message: 'x' }), options)
    assert.deepEqual(seen, expected)
  }
})

const inOrder: Leave = (response, text) => void response.end(text)
const byBreaking: Leave = (response, text) => {
  response.write(text, () => response.socket?.destroy())
}

test('a stream that its server ends before the answer was left, as often as it does', async (t) => {
  const times = RESUMES_LIMIT + 1
  const upstream = await httpUpstream(t, leaving(inOrder, times))
  const { transport } = await opened(t, http(upstream.url))
  const { seen, options } = noting()
  assert.deepEqual(await transport.request(callOf('x'), options), CONTENT)
  const each = Array.from({ length: times }, () => ['of session', 'left'])
  assert.deepEqual(seen, [...each.flat(), 'of session'])
})

test('a stream that merely broke was not left, and is not resumed for ever', async (t) => {
  const cases = [
    [2, CONTENT],
    [RESUMES_LIMIT + 2, 'UPSTREAM_UNAVAILABLE'],
  ] as const
  for (const [times, expected] of cases) {
    const upstream = await httpUpstream(t, leaving(byBreaking, times))
    const { transport } = await opened(t, http(upstream.url))
    const { seen, options } = noting()
    assert.deepEqual(await transport.request(callOf('x'), options).catch(codeOf), expected)
    assert.ok(!seen.includes('left'))
  }
})
