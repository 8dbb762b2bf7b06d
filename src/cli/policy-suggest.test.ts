import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../../test/support/running-runtime.ts'

/** Everything is let through while it is watched what a stricter policy would say. */
const POLICY = `policy learn { allow: desk.* deny: desk.twice }
@mode("observe") policy strict { deny: desk.echo if args.message == "ho" }`

let running: RunningRuntime
let client: Client
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'] })
  client = await running.agent('sales')
  for (const message of ['hi', 'ho']) await call('desk.echo', { message, to: 'all' })
  await call('desk.twice', {})
})
after(() => running.close())

const call = (name: string, args: Record<string, string>) =>
  client.callTool({ name, arguments: args })

function policy(...args: readonly string[]) {
  return runPortcullis(['policy', ...args], { cwd: running.folder })
}

test('a draft is made from what an agent did, and keeps it to that when it is pushed', async () => {
  const { exit, stdout } = await policy('suggest', '--agent', 'sales')
  assert.equal(exit, 0)
  assert.match(stdout, /\n {2}allow: desk\.echo\n {4}if args\.to == "all"\n/)
  assert.match(stdout, /\n {2}# args\.message had 2 values and is not restricted\n/)
  assert.match(stdout, /\n {2}# denied: 1 call, .*\n {2}# allow: desk\.twice\n/)
  const [first] = running.receipts().filter(({ kind }) => kind === 'decision')
  assert.ok(stdout.includes(`receipts ${first?.seq} (${first?.id}) to `))
  mkdirSync(join(running.folder, 'draft'))
  writeFileSync(join(running.folder, 'draft', 'sales.policy'), stdout)
  const replayed = JSON.parse((await policy('replay', 'draft', '--json')).stdout)
  assert.deepEqual([replayed.replayed, replayed.changes], [3, []])
})

test('what would have been denied in observe mode is marked in the ledger', async () => {
  const observed = running.receipts().find(({ decision }) => decision?.observed !== undefined)
  assert.equal(observed?.decision?.effect, 'allow')
  const { stdout } = await runPortcullis(['ledger', 'show'], { cwd: running.folder })
  assert.match(stdout, /allow \(observed: deny\)/)
})

test('of an agent that did nothing there is nothing to draft', async () => {
  for (const args of [
    ['--agent', 'research'],
    ['--agent', 'sales', '--since', '2999-01-01'],
  ]) {
    const { exit, stdout } = await policy('suggest', ...args)
    assert.deepEqual([exit, /^# nothing was decided/.test(stdout)], [1, true])
  }
})
