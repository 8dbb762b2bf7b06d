import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import {
  connect,
  EVERYTHING,
  FILESYSTEM,
  scripted,
  stdio,
  textOf,
} from '../../../test/support/upstreams/connected.ts'
import type { ScriptedOptions } from '../../../test/support/upstreams/scripted.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { ANY_CAPABILITIES } from './declared.ts'
import { BACKLOG_LIMIT_BYTES, QUOTE_LIMIT } from './options.ts'

test('real servers list their tools and answer', async (t) => {
  const folder = await scratch(t)
  const files = stdio([FILESYSTEM, folder])
  const servers = await connect(t, { all: stdio([EVERYTHING]), files })
  assert.ok(servers.tools().some(({ server, tool }) => server === 'all' && tool === 'echo'))
  assert.equal(await servers.text('all.echo', { message: 'hi' }), 'Echo: hi')
  const path = join(folder, 'note.txt')
  await servers.call('files.write_file', { path, content: 'written' })
  assert.equal(await servers.text('files.read_text_file', { path }), 'written')
})

test('what is sent is the call, and the result passes as it came', async (t) => {
  const options = scripted(await scratch(t))
  const servers = await connect(t, { s: options })
  const result = { content: [], later: { deep: [1, null] }, _meta: { 'x/y': 'z' }, isError: true }
  assert.deepEqual(await servers.call('s.answer', { result }), result)
  const received = options
    .received()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    received.map(({ method }) => method),
    ['initialize', 'notifications/initialized', 'tools/list', 'tools/list', 'tools/call'],
  )
  assert.deepEqual(received[0].params.capabilities, ANY_CAPABILITIES)
  assert.deepEqual(received[4].params, { name: 'answer', arguments: { result } })
})

test('answers that come in another order go to those who asked', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const names = Array.from({ length: 50 }, (_, at) => `call ${at}`)
  const answers = names.map((name) => servers.text('s.hold', { name }))
  await servers.call('s.release', { order: names.toReversed() })
  assert.deepEqual(await Promise.all(answers), names)
})

test('a second answer, and answers that nobody asked for, change nothing', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  assert.equal(await servers.text('s.twice'), 'once')
  assert.equal(await servers.text('s.echo', { message: 'still' }), 'still')
})

test('an answer just before the end of the server still counts', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  assert.equal(await servers.text('s.answer-and-die'), 'last words')
})

interface Failure {
  readonly title: string
  readonly tool: string
  readonly args?: JsonObject
  readonly code: string
  readonly callTimeoutMs?: number
}

const FAILURES: readonly Failure[] = [
  { title: 'an error of the server', tool: 'refuse', code: 'UPSTREAM_REFUSED' },
  { title: 'no answer in time', tool: 'hold', code: 'UPSTREAM_TIMEOUT', callTimeoutMs: 50 },
  { title: 'a server that dies', tool: 'die', code: 'UPSTREAM_UNAVAILABLE' },
  { title: 'broken JSON', tool: 'raw', args: { line: '{"id": ID,' }, code: 'UPSTREAM_PROTOCOL' },
  { title: 'a batch', tool: 'raw', args: { line: '[{"id": ID}]' }, code: 'UPSTREAM_PROTOCOL' },
  {
    title: 'an answer of nothing',
    tool: 'raw',
    args: { line: '{"id": ID}' },
    code: 'UPSTREAM_PROTOCOL',
  },
  { title: 'an answer without an end', tool: 'flood', code: 'UPSTREAM_PROTOCOL' },
  { title: 'a tool that the server has not', tool: 'none', code: 'UPSTREAM_UNKNOWN' },
]

for (const { title, tool, args = { name: '' }, code, callTimeoutMs = 10_000 } of FAILURES) {
  test(`${title} is ${code}, and another server is not touched`, async (t) => {
    const folder = await scratch(t)
    const other = scripted(folder)
    const servers = await connect(t, { s: scripted(folder, {}, { callTimeoutMs }), other })
    const neighbour = servers.text('other.hold', { name: 'here' })
    await assert.rejects(servers.call(`s.${tool}`, args), { code })
    await servers.call('other.release', { order: ['here'] })
    assert.equal(await neighbour, 'here')
  })
}

test('a server whose process dies fails all calls under way, and only those', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const held = ['a', 'b', 'c'].map((name) => servers.call('s.hold', { name }))
  await assert.rejects(servers.call('s.die'), { code: 'UPSTREAM_UNAVAILABLE' })
  const ends = await Promise.allSettled(held)
  assert.ok(ends.every(({ status }) => status === 'rejected'))
  await servers.log.seen('upstream.up', 2)
  assert.equal(await servers.text('s.echo', { message: 'again' }), 'again')
})

test('a call given up is cancelled at the server, and its late answer goes nowhere', async (t) => {
  const options = scripted(await scratch(t), {}, { callTimeoutMs: 200 })
  const servers = await connect(t, { s: options })
  await assert.rejects(servers.call('s.hold', { name: 'late' }), { code: 'UPSTREAM_TIMEOUT' })
  assert.equal(await servers.text('s.release', { order: ['late'] }), 'released')
  const sent = options
    .received()
    .split('\n')
    .filter((line) => line.includes('"hold"'))
  const { id } = JSON.parse(sent[0] ?? '')
  const params = { requestId: id }
  const cancelled = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
  assert.ok(options.received().includes(cancelled))
})

test('a server is told that we are there, and may ask nothing else', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  const answered = await servers.text('s.ask', { methods: ['ping', 'sampling/createMessage'] })
  assert.deepEqual(JSON.parse(answered), [
    { jsonrpc: '2.0', id: 'ping', result: {} },
    {
      jsonrpc: '2.0',
      id: 'sampling/createMessage',
      error: { code: -32601, message: 'method not found' },
    },
  ])
})

test('a greeting on the stream of messages is logged and does no harm', async (t) => {
  const greeting = 'server 1.0 running\n\n'
  const servers = await connect(t, { s: scripted(await scratch(t), { greeting }) })
  assert.equal(await servers.text('s.echo', { message: 'hi' }), 'hi')
  assert.deepEqual(await servers.log.seen('upstream.said'), {
    server: 's',
    line: 'server 1.0 running',
  })
})

test('what a server says on the side is logged, cut to a bound for each line', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  await servers.call('s.mumble', { text: `short\n${'x'.repeat(100_000)}` })
  const second = await servers.log.seen('upstream.said', 2)
  assert.equal(String(second.line).length, QUOTE_LIMIT + 1)
})

test('a server that stops reading is sent only so much', async (t) => {
  const servers = await connect(t, { s: scripted(await scratch(t)) })
  await servers.call('s.deaf')
  const message = 'x'.repeat(BACKLOG_LIMIT_BYTES + 1024 * 1024)
  const waiting = assert.rejects(servers.call('s.echo', { message }))
  await assert.rejects(servers.call('s.echo', { message: '' }), {
    message: 'server `s`: the server takes no more messages',
  })
  await servers.close()
  await waiting
})

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26']

for (const version of REVISIONS) {
  test(`a server that negotiates ${version} is up`, async (t) => {
    const servers = await connect(t, { s: scripted(await scratch(t), { version }) })
    assert.equal(textOf(await servers.call('s.echo', { message: 'hi' })), 'hi')
  })
}

const UNFIT: readonly [title: string, script: ScriptedOptions][] = [
  ['negotiates a revision that we do not speak', { version: '1999-01-01' }],
  ['lists tools without an end', { endless: true }],
  ['lists what are no tools', { tools: [{ title: 'nameless' }] }],
  ['lists tools in something that is no list', { tools: {} }],
]

for (const [title, script] of UNFIT) {
  test(`a server that ${title} is down, and says why`, async (t) => {
    const servers = await connect(t, { s: scripted(await scratch(t), script) })
    const [status] = servers.status()
    assert.equal(status?.state, 'down')
    assert.match(String(status?.error), /^the server (speaks|lists)/)
    await assert.rejects(servers.call('s.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  })
}
