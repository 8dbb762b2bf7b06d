import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SALES } from '../../../../test/support/in-memory-ports.ts'
import { http, waitingLog } from '../../../../test/support/upstreams/connected.ts'
import { httpUpstream } from '../../../../test/support/upstreams/http-upstream.ts'
import { clientOf } from '../../../../test/support/upstreams/mcp-clients.ts'
import { leave, reach } from '../open-transport.ts'
import { type LinkLimits, Links } from './links.ts'

const HOUR_MS = 3_600_000
const ROOMY: LinkLimits = { perServer: 9, perAgent: 9, idleMs: HOUR_MS, leftMs: HOUR_MS }
const CALL = { method: 'tools/call', params: { name: 'echo' } }
const { about } = clientOf(SALES).client
const agent = (id: string) => ({ ...SALES, principal: { ...SALES.principal, id } })

async function linksTo(t: TestContext, limits: Partial<LinkLimits>) {
  const held: (() => void)[] = []
  const upstream = await httpUpstream(t, {
    initialize({ response, reply }) {
      response.setHeader('mcp-session-id', 's')
      reply({ protocolVersion: '2025-11-25', capabilities: {} })
    },
    'tools/call': ({ reply }) => void held.push(() => reply({ content: [] })),
    ping: ({ reply }) => reply({}),
  })
  const to = reach(http(upstream.url))
  const log = waitingLog()
  const all = { server: 's', to, log, limits: { ...ROOMY, ...limits }, common: () => new Map() }
  const links = new Links(all)
  t.after(async () => {
    await links.close()
    await leave(to)
  })
  const use = (id: string) => links.of(agent(id), about).request({ method: 'ping', params: {} })
  return { links, upstream, held, use }
}

test('of the links to a server the one idle for longest gives way', async (t) => {
  const { links, upstream, use } = await linksTo(t, { perServer: 2 })
  await use('a')
  await use('b')
  await use('a')
  await use('c')
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => links.find(agent(id), about) !== undefined),
    [true, false, true],
  )
  while (upstream.of('DELETE').length < 1) await new Promise(setImmediate)
})

test('a link that is in use gives way to nobody', async (t) => {
  const { links, held, use } = await linksTo(t, { perServer: 1 })
  const call = links.of(agent('a'), about).request(CALL)
  while (held.length < 1) await new Promise(setImmediate)
  assert.throws(() => links.of(agent('b'), about), { code: 'UPSTREAM_BUSY' })
  held[0]?.()
  await call
  await use('b')
})

test('an agent that has as many links as it may takes none from others', async (t) => {
  const { links, use } = await linksTo(t, { perAgent: 1 })
  await use('a')
  await use('b')
  const other = { ...about, capabilities: { roots: {} } }
  await links.of(agent('b'), other).request({ method: 'ping', params: {} })
  assert.deepEqual(
    [links.find(agent('a'), about), links.find(agent('b'), about)].map((link) => link?.ended),
    [false, undefined],
  )
})

test('a link ends when it is idle, and one that is listened to does not', async (t) => {
  const { links, upstream, use } = await linksTo(t, { idleMs: 1, leftMs: 5 })
  const listener = clientOf(SALES).client
  await links.of(SALES, listener.about).about(listener)
  links.listen(listener)
  await use('a')
  while (upstream.of('DELETE').length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(links.size, 1)
  links.leave(listener)
  while (links.size > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})
