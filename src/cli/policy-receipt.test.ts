import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../../test/support/running-runtime.ts'

const NARROW = `policy p {
  allow: desk.echo if args.message == "hi" && args has token
}`
const SECRET = 'sk_live_0123456789abcdef0123'

let running: RunningRuntime
let client: Client
before(async () => {
  running = await runRuntime({
    policy: NARROW,
    agents: ['sales'],
    more: '[policy]\nreload = "push"',
  })
  client = await running.agent('sales')
  for (const message of ['hi', SECRET, 'ho']) await echo({ message, token: SECRET })
  const files = [{ file: 'policies/test.policy', text: 'policy p { allow: desk.echo }' }]
  await running.runtime.operations.pushPolicies({ files })
})
after(() => running.close())

const echo = (args: Record<string, string>) =>
  client.callTool({ name: 'desk.echo', arguments: args })

function explain(...args: readonly string[]) {
  return runPortcullis(['policy', 'explain', ...args], { cwd: running.folder })
}

const decisions = () => running.receipts().filter(({ kind }) => kind === 'decision')

test('a denial is explained by the version that denied it, and by what it read', async () => {
  const denied = decisions()[2]
  const { exit, stdout } = await explain('--receipt', denied?.id ?? '')
  assert.equal(exit, 1)
  assert.match(
    stdout,
    /^receipt [0-9a-f-]{36}, number \d+, .*\nsales: desk\.echo\ndeny \(default_deny\)/,
  )
  assert.match(stdout, /if +false +args\.message == "hi"\n +args\.message = "ho"/)
  assert.match(stdout, /would be allowed if `args\.message == "hi"` were true/)
  assert.match(stdout, new RegExp(`policy version ${denied?.decision?.version}`))
  assert.match(stdout, /now \(sha256:[0-9a-f]{64}\) would decide otherwise:\nallow \(allowed\)/)
})

test('an effect is explained by the decision it came of', async () => {
  const effect = running.receipts().find(({ kind }) => kind === 'effect')
  const { exit, stdout } = await explain('--receipt', String(effect?.seq), '--json')
  const { receipt, explanation, now } = JSON.parse(stdout)
  assert.deepEqual([exit, receipt.id, now], [0, effect?.effect?.of, undefined])
  assert.equal(explanation.decision.effect, 'allow')
})

test('no secret that was recorded is shown, by name or by form', async () => {
  for (const { id } of decisions()) {
    const { stdout } = await explain('--receipt', id, '--json')
    assert.equal(stdout.includes(SECRET), false)
  }
})

test('a receipt that no policy decided says so', async () => {
  const { exit, stdout } = await explain('--receipt', '0')
  assert.match(stdout, /no policy was asked/)
  assert.equal(exit, 1)
})

test('a question without a decision is a mistake in the call', async () => {
  assert.match(
    (await explain('--agent', 'sales')).stderr,
    /`--agent` or `--member`, and `--action`; or `--rec/,
  )
  assert.match((await explain('--receipt', 'nobody')).stderr, /LEDGER_RECEIPT_UNKNOWN/)
  const both = await explain('--receipt', '1', '--agent', 'sales')
  assert.deepEqual([both.exit, /cannot be used with/.test(both.stderr)], [2, true])
})
