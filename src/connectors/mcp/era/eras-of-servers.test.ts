import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, http } from '../../../../test/support/upstreams/connected.ts'
import { freePort, httpUpstream } from '../../../../test/support/upstreams/http-upstream.ts'
import {
  DISCOVERED,
  modernUpstream,
  paramsOf,
} from '../../../../test/support/upstreams/modern-upstream.ts'
import { type SseUpstream, sseUpstream } from '../../../../test/support/upstreams/sse-upstream.ts'

const auto = (url: string) => http(url, { protocol: 'auto' })
const toolNames = (servers: { tools(): readonly { tool: string }[] }) =>
  servers.tools().map(({ tool }) => tool)

test('the tools of a server without sessions are listed again when it says so', async (t) => {
  const names = ['echo']
  const upstream = await modernUpstream(t, {
    'server/discover': ({ reply }) =>
      reply({ ...DISCOVERED, capabilities: { tools: { listChanged: true } } }),
    'tools/list': ({ reply }) => reply({ tools: names.map((name) => ({ name, inputSchema: {} })) }),
    'subscriptions/listen'(asked) {
      const send = asked.stream()
      const _meta = { 'io.modelcontextprotocol/subscriptionId': asked.message.id ?? 0 }
      const tell = (method: string, params = {}) =>
        send({ jsonrpc: '2.0', method: `notifications/${method}`, params: { ...params, _meta } })
      tell('subscriptions/acknowledged', { notifications: paramsOf(asked).notifications })
      names.push('more')
      tell('tools/list_changed')
    },
  })
  const servers = await connect(t, { web: auto(upstream.url) })
  while (!toolNames(servers).includes('more')) await new Promise(setImmediate)
  assert.deepEqual(toolNames(servers), ['echo', 'more'])
})

test('a server of the old transport is opened again when its stream ends', async (t) => {
  const upstream: SseUpstream = await sseUpstream(t)
  const servers = await connect(t, { web: auto(upstream.url) })
  assert.equal(await servers.text('web.echo'), 'echoed')
  upstream.hangUp()
  await servers.log.seen('upstream.up', 2)
  assert.equal(await servers.text('web.echo'), 'echoed')
  assert.equal(upstream.of('server/discover').length, 1)
})

test('a downgrade stands in the log, with the server named', async (t) => {
  const port = await freePort()
  const before = await modernUpstream(t, {}, port)
  const servers = await connect(t, { web: auto(before.url) })
  await before.close()
  // The first may yet go out on a connection that has just ended.
  for (const _ of [1, 2]) {
    await assert.rejects(servers.call('web.echo'), { code: 'UPSTREAM_UNAVAILABLE' })
  }
  await httpUpstream(t, { 'server/discover': ({ status }) => status(400) }, port)
  const noted = await servers.log.seen('upstream.downgraded')
  assert.deepEqual(noted, { server: 'web', from: 'modern', to: 'legacy' })
})
