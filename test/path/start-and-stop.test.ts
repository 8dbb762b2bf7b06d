import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { runRuntime } from '../support/running-runtime.ts'

const ALLOW = 'policy p { allow: desk.* }'

test('the last receipt is that of the end, after those of calls still under way', async () => {
  const running = await runRuntime({ policy: ALLOW, agents: ['sales'] })
  const client = await running.agent('sales')
  const held = client.callTool({ name: 'desk.hold', arguments: { name: 'for ever' } })
  held.catch(() => 'the runtime cut it: that is the point')
  // Answered in order by the server behind it: the held call has been dispatched by then.
  await client.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
  await running.runtime.close()
  const events = running.receipts().map(({ kind, effect, event }) => {
    return event?.name ?? `${kind} ${effect?.state}`
  })
  const begun = ['config.loaded', 'tool.pinned', 'upstream.connected', 'runtime.started']
  assert.deepEqual(events.slice(0, 4), begun)
  assert.deepEqual(events.slice(4, 6), ['agent.token_issued', 'session.opened'])
  assert.deepEqual(events.slice(-2), ['effect unknown', 'runtime.stopped'])
  await client.close()
  rmSync(running.folder, { recursive: true })
})

test('with a policy that has a mistake nothing is started, no server either', async () => {
  let processes = 0
  const count = () => {
    processes++
  }
  subscribe('child_process', count)
  const started = runRuntime({ policy: 'policy p { alow: desk.echo }', agents: ['sales'] })
  await assert.rejects(started, { code: 'POLICY_INVALID' })
  unsubscribe('child_process', count)
  assert.equal(processes, 0)
})
