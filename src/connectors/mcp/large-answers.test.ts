import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { http, modernScripted, scripted } from '../../../test/support/upstreams/connected.ts'
import { type Asked, httpUpstream } from '../../../test/support/upstreams/http-upstream.ts'
import { modernUpstream, paramsOf } from '../../../test/support/upstreams/modern-upstream.ts'
import { sseUpstream } from '../../../test/support/upstreams/sse-upstream.ts'
import { callOf, opened } from '../../../test/support/upstreams/transports.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { McpServerOptions } from './options.ts'

/** What a tool answers: as much text as it is asked for, in the shape of whichever era. */
const textFor = (asked: Asked): JsonObject => {
  const { arguments: args } = paramsOf(asked)
  const text = 'x'.repeat(Number((args as JsonObject).bytes))
  return { resultType: 'complete', content: [{ type: 'text', text }] }
}
const json = { 'tools/call': (asked: Asked) => asked.reply(textFor(asked)) }
const events = {
  'tools/call'(asked: Asked) {
    asked.stream()({ jsonrpc: '2.0', id: asked.message.id ?? null, result: textFor(asked) })
  },
}

type Server = (t: TestContext) => Promise<McpServerOptions>

const SERVERS: Readonly<Record<string, Server>> = {
  'streams, with sessions': async (t) => scripted(await scratch(t), {}, { protocol: 'legacy' }),
  'streams, without sessions': async (t) => modernScripted(await scratch(t)),
  'HTTP, with sessions': async (t) => http((await httpUpstream(t, json)).url),
  'HTTP with events, with sessions': async (t) => http((await httpUpstream(t, events)).url),
  'HTTP, without sessions': async (t) =>
    http((await modernUpstream(t, json)).url, { protocol: '2026-07-28' }),
  'HTTP with events, without sessions': async (t) =>
    http((await modernUpstream(t, events)).url, { protocol: '2026-07-28' }),
  async 'the old event stream'(t) {
    const upstream = await sseUpstream(t, {
      behaviour: {
        'tools/call': (asked) =>
          upstream.say({ jsonrpc: '2.0', id: asked.message.id ?? null, result: textFor(asked) }),
      },
    })
    return http(upstream.url, { protocol: 'sse' })
  },
}

const LARGE = 300_000

for (const [over, server] of Object.entries(SERVERS)) {
  test(`an answer over ${over} is counted before it is kept, and refused alone`, async (t) => {
    const { transport, down } = await opened(t, await server(t))
    const counted: number[] = []
    const ask = (bytes: number, room: number) => {
      const message = 'x'.repeat(bytes)
      const result = { content: [{ type: 'text', text: message }] }
      // The scripted servers answer what they are told to.
      const tool = over === 'streams, with sessions' ? 'answer' : 'echo'
      const args = over.startsWith('streams') ? { message, result } : { bytes }
      const grown = (size: number) => {
        counted.push(size)
        if (size > room) throw new PortcullisError('ANSWERS_LIMIT', `${size} bytes`)
      }
      return transport.request(callOf(tool, args), { waitMs: 10_000, grown })
    }
    await assert.rejects(ask(LARGE, LARGE / 3), { code: 'ANSWERS_LIMIT' })
    assert.ok((counted.at(-1) ?? 0) > LARGE / 3)
    counted.length = 0
    const both = await Promise.all([ask(LARGE, 4 * LARGE), ask(3, LARGE / 3)])
    assert.ok(both.every(({ content }) => Array.isArray(content)))
    assert.ok(Math.max(...counted) >= LARGE)
    assert.deepEqual(down, [])
  })
}
