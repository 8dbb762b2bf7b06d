import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runRuntime } from '../support/running-runtime.ts'

test('the first receipt tells of the start and the last of the end', async () => {
  const running = await runRuntime({ policy: 'policy p { allow: desk.echo }', agents: ['sales'] })
  const client = await running.agent('sales')
  await client.callTool({ name: 'desk.echo', arguments: { message: 'hi' } })
  await client.close()
  await running.runtime.close()
  const events = running.receipts().map(({ kind, lifecycle }) => lifecycle?.event ?? kind)
  assert.equal(events[0], 'runtime.started')
  assert.equal(events.at(-1), 'runtime.stopped')
  assert.ok(events.includes('effect'))
  rmSync(running.folder, { recursive: true })
})

test('with a policy that has a mistake nothing is started, no server either', async () => {
  let upstream = ''
  const setup = {
    policy: 'policy p { alow: desk.echo }',
    agents: ['sales'],
    prepared: (folder: string) => {
      upstream = join(folder, 'upstream.ndjson')
    },
  }
  await assert.rejects(runRuntime(setup), { code: 'POLICY_INVALID' })
  assert.equal(readFileSync(upstream, 'utf8'), '')
  rmSync(join(upstream, '..'), { recursive: true })
})
