import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type AdminDoorOptions, adminDoor } from '../../test/support/admin-door.ts'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { DETAIL, SUMMARY } from '../../test/support/sample-approval-views.ts'
import { scratch } from '../../test/support/scratch.ts'

/** Runs `portcullis approvals …` against a runtime that answers so. */
async function approvals(t: TestContext, operations: AdminDoorOptions = {}) {
  const cwd = await scratch(t)
  writeFileSync(join(cwd, 'portcullis.toml'), '')
  mkdirSync(join(cwd, '.portcullis'))
  await adminDoor(t, { ...operations, folder: join(cwd, '.portcullis') })
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runPortcullis(['approvals', ...args], { cwd, env })
  return { cwd, run }
}

test('the list says what waits, for whom, and whether it has escalated', async (t) => {
  const past = {
    ...SUMMARY,
    state: 'consumed',
    operation: 'memory.write',
    resource: 'notes',
  } as const
  const { run } = await approvals(t, { listApprovals: () => ({ approvals: [SUMMARY, past] }) })
  const { exit, stdout } = await run(['list'])
  assert.equal(exit, 0)
  assert.equal(
    stdout,
    `ID             STATE     AGENT  ACTION              APPROVALS                LEFT
0199a5e2-7c00  pending   sales  bank.transfer       four_eyes 1/2 escalated  0s
0199a5e2-7c00  consumed  sales  memory.write notes  four_eyes 1/2 escalated  -
`,
  )
})

test('an empty list says so, and how to see more', async (t) => {
  const { run } = await approvals(t)
  assert.equal((await run(['list'])).stdout, 'nothing waits for approval; `--all` shows the past\n')
  assert.equal((await run(['list', '--all'])).stdout, 'no action was ever held\n')
  assert.deepEqual(JSON.parse((await run(['list', '--json'])).stdout), { approvals: [] })
})

test('one of them is shown whole, with the rule, and steers no terminal', async (t) => {
  const { run } = await approvals(t, { showApproval: () => DETAIL })
  const { stdout } = await run(['show', SUMMARY.id])
  assert.equal(
    stdout,
    `request       0199a5e2-7c00
state         pending, 0s left
asked by      agent sales, 2026-09-21T14:13:20.000Z
action        bank.transfer
arguments     {"to":"[redacted:iban]","amount":100}
expires       2026-09-21T14:28:20.000Z
needs         four_eyes: 1 of 2 of role supervisor, not the requester
              escalated to role director since 2026-09-21T14:18:20.000Z
may vote now  bob, dora
votes         ada approved 2026-09-21T14:14:00.000Z: as agreed\uFFFD[2J
bound to      hmac-sha256:${'cd'.repeat(32)}
              policy version sha256:${'ef'.repeat(32)}

four_eyes is demanded in policy \`bank\`
  “Money leaves the house with four eyes.”
  --> policies/bank.policy:4:12
  4 |   require: four_eyes for bank.transfer
    |            ^
`,
  )
})

test('a vote is cast with the token of the environment or of a file', async (t) => {
  const cast: unknown[] = []
  const { run, cwd } = await approvals(t, {
    async voteApproval(id, ballot, token) {
      cast.push([id, ballot, token])
      return DETAIL
    },
  })
  writeFileSync(join(cwd, 'token'), 'from-a-file\n')
  const env = { PORTCULLIS_APPROVER_TOKEN: 'from-the-environment' }
  assert.equal((await run(['approve', 'a1', '--reason', 'agreed'], env)).exit, 0)
  assert.equal((await run(['deny', 'a2', '--token-file', 'token'], env)).exit, 0)
  assert.deepEqual(cast, [
    ['a1', { verdict: 'approve', reason: 'agreed' }, 'from-the-environment'],
    ['a2', { verdict: 'deny' }, 'from-a-file'],
  ])
})

test('an unknown id and a missing file are errors that say what to do', async (t) => {
  const { run } = await approvals(t)
  const unknown = await run(['show', 'ghost'])
  assert.deepEqual([unknown.exit, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, /`ghost`\n {2}APPROVAL_UNKNOWN: list the requests with/)
  const absent = await run(['approve', 'a1', '--token-file', 'nowhere'])
  assert.equal(absent.exit, 2)
  assert.match(absent.stderr, /cannot read `nowhere`/)
})

test('the token of an approver is all that is printed', async (t) => {
  const { run } = await approvals(t)
  assert.equal((await run(['token', 'ada'])).stdout, 'token.of.ada\n')
  const json = JSON.parse((await run(['token', 'ada', '--ttl', '1h', '--json'])).stdout)
  assert.equal(json.approver, 'ada')
})
