import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratch } from '../../../../test/support/scratch.ts'
import { http, modernScripted, scripted } from '../../../../test/support/upstreams/connected.ts'
import { freePort, httpUpstream } from '../../../../test/support/upstreams/http-upstream.ts'
import { modernUpstream } from '../../../../test/support/upstreams/modern-upstream.ts'
import { sseUpstream } from '../../../../test/support/upstreams/sse-upstream.ts'
import { callOf, opened } from '../../../../test/support/upstreams/transports.ts'
import { ABOUT_RUNTIME } from '../handshake.ts'
import { ModernTransport } from '../modern/modern-transport.ts'
import { StdioWire } from '../modern/stdio-wire.ts'
import { openTransport, reach } from '../open-transport.ts'
import type { StdioOptions } from '../options.ts'
import { StdioTransport } from '../stdio-transport.ts'
import { EraMemory } from './era-memory.ts'
import { EraTransport } from './era-transport.ts'
import { HandedProcess } from './handed-process.ts'

const auto = (url: string) => http(url, { protocol: 'auto' })
const PATIENT = { waitMs: 10_000 }
const legacy = (behaviour: Parameters<typeof httpUpstream>[1] = {}) => ({
  'server/discover': ({ status }: { status(code: number): void }) => status(400),
  ...behaviour,
})

test('a server without sessions is spoken to without, and never asked for one', async (t) => {
  const upstream = await modernUpstream(t)
  const { opening, transport } = await opened(t, auto(upstream.url))
  assert.equal(opening.protocolVersion, '2026-07-28')
  await transport.request(callOf('echo'), PATIENT)
  assert.equal(upstream.of('initialize').length, 0)
})

test('a server with sessions is asked once for all links, and no other server by it', async (t) => {
  const upstream = await httpUpstream(t, legacy())
  const to = reach(auto(upstream.url))
  for (const _ of [1, 2]) {
    const { opening } = await opened(t, auto(upstream.url), { to })
    assert.equal(opening.protocolVersion, '2025-11-25')
  }
  assert.equal(upstream.of('server/discover').length, 1)
  await opened(t, auto(upstream.url))
  assert.equal(upstream.of('server/discover').length, 2)
})

test('a server with sessions that is at fault when asked is asked again', async (t) => {
  const upstream = await httpUpstream(t, legacy({ 'server/discover': ({ status }) => status(500) }))
  const to = reach(auto(upstream.url))
  await opened(t, auto(upstream.url), { to })
  await opened(t, auto(upstream.url), { to })
  assert.equal(upstream.of('server/discover').length, 2)
})

test('a server of the old transport is found where nothing can be posted', async (t) => {
  const upstream = await sseUpstream(t)
  const to = reach(auto(upstream.url))
  const { opening, transport } = await opened(t, auto(upstream.url), { to })
  assert.equal(opening.protocolVersion, '2024-11-05')
  assert.ok(await transport.request(callOf('echo'), PATIENT))
  await opened(t, auto(upstream.url), { to })
  assert.equal(upstream.of('server/discover').length, 1)
})

for (const status of [401, 403]) {
  test(`HTTP ${status} says nothing of an era: nothing older is tried`, async (t) => {
    const upstream = await httpUpstream(
      t,
      legacy({ 'server/discover': (one) => one.status(status) }),
    )
    await assert.rejects(opened(t, auto(upstream.url)), { code: 'UPSTREAM_REFUSED' })
    assert.equal(upstream.asked.length, 1)
  })
}

test('a server that speaks nothing at all fails by what its newest way said', async (t) => {
  const upstream = await httpUpstream(t, {
    'server/discover': ({ status }) => status(404),
    initialize: ({ status }) => status(404),
    GET: ({ status }) => status(404),
  })
  await assert.rejects(opened(t, auto(upstream.url)), {
    code: 'UPSTREAM_REFUSED',
    message: 'it answered with HTTP 404',
  })
})

test('a downgrade is noted: a server that had no sessions has them now', async (t) => {
  const port = await freePort()
  const before = await modernUpstream(t, {}, port)
  const to = reach(auto(before.url))
  await opened(t, auto(before.url), { to })
  await before.close()
  await httpUpstream(t, legacy(), port)
  const warned: unknown[] = []
  const { opening } = await opened(t, auto(before.url), {
    to,
    warned: (event, fields) => void warned.push([event, fields]),
  })
  assert.equal(opening.protocolVersion, '2025-11-25')
  assert.deepEqual(warned, [['downgraded', { from: 'modern', to: 'legacy' }]])
})

test('a server that got rid of sessions is found out when it opens none', async (t) => {
  const port = await freePort()
  const before = await httpUpstream(t, legacy(), port)
  const to = reach(auto(before.url))
  await opened(t, auto(before.url), { to })
  await before.close()
  await modernUpstream(t, {}, port)
  const { opening } = await opened(t, auto(before.url), { to })
  assert.equal(opening.protocolVersion, '2026-07-28')
})

test('a process is asked for its era and spoken to in it, and started once', async (t) => {
  const folder = await scratch(t)
  const modern = modernScripted(folder, { protocol: 'auto' })
  const older = scripted(folder, {}, { protocol: 'auto' })
  const first = await opened(t, modern)
  assert.equal(first.opening.protocolVersion, '2026-07-28')
  const second = await opened(t, older)
  assert.equal(second.opening.protocolVersion, '2025-11-25')
  assert.ok(await second.transport.request(callOf('echo'), PATIENT))
  const methods = older.received().trimEnd().split('\n')
  assert.deepEqual(
    methods.map((line) => JSON.parse(line).method),
    ['server/discover', 'initialize', 'notifications/initialized', 'tools/call'],
  )
})

/** A process that has so long to say what it is. */
function probed(options: StdioOptions, probeWaitMs: number) {
  const { start } = new HandedProcess()
  const events = { notified: () => undefined, down: () => undefined, said: () => undefined }
  const memory = new EraMemory()
  const transport = new EraTransport(
    {
      ...{ over: 'stdio', memory, probeWaitMs },
      transport: (era, inner) =>
        era === 'modern'
          ? new ModernTransport({ wire: new StdioWire(options, inner, start), events: inner })
          : new StdioTransport(options, inner, start),
    },
    events,
  )
  return { transport, memory }
}

test('a process that is silent, or ends, before its session has sessions', async (t) => {
  const folder = await scratch(t)
  const exits = `process.stdin.once('data', (line) => {
    if (String(line).includes('server/discover')) process.exit(1)
    const { id } = JSON.parse(line)
    const result = { protocolVersion: '2025-11-25', capabilities: {} }
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n')
  })`
  const dying = { ...scripted(folder), args: ['-e', exits] }
  const silent = scripted(folder, { silent: 'server/discover' })
  const ways = [
    [silent, 50],
    [dying, 10_000],
  ] as const
  for (const [options, probeWaitMs] of ways) {
    const { transport, memory } = probed(options, probeWaitMs)
    t.after(() => transport.close())
    const opening = await transport.open(ABOUT_RUNTIME, 10_000)
    assert.equal(opening.protocolVersion, '2025-11-25')
    assert.equal(memory.known(performance.now()), 'legacy')
  }
})

test('to close what is being opened starts nothing more', async (t) => {
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const silent = await httpUpstream(t, legacy({ 'server/discover': () => resolve() }))
  const transport = openTransport(reach(auto(silent.url)), {
    notified: () => undefined,
    down: () => undefined,
    said: () => undefined,
  })
  const opening = transport.open(ABOUT_RUNTIME, 10_000)
  await reached
  await transport.close()
  await assert.rejects(opening, { code: 'UPSTREAM_UNAVAILABLE' })
  assert.equal(silent.of('initialize').length, 0)
})
