import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type AdminClient, adminClient } from '../../src/client/admin-client.ts'
import { APPROVERS } from '../support/held-call.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const BUDGET = '[budgets.llm]\nlimit = 1\nper = "1h"\nunit = "USD"\n'

/** A runtime under this policy, and its operator at the socket. */
async function operated(t: TestContext, policy: string) {
  const more = `${APPROVERS}${BUDGET}`
  const running = await runRuntime({ policy, agents: ['sales'], more })
  t.after(() => running.close())
  const socketPath = join(running.folder, '.portcullis', 'admin.sock')
  return { running, operator: adminClient({ socketPath }) }
}

const aboutAdmin = ({ receipts }: RunningRuntime, operation: string) =>
  receipts().filter(({ kind, action }) => {
    return kind !== 'approval' && action?.operation === operation
  })

const HELD = `
approval supervisor_approval { approver: role("supervisor"), ttl: 10m, not: requester }
policy two_eyes { require: supervisor_approval for admin.keys.* }
`

test('a key rotation waits until a supervisor approves it, and is done then', async (t) => {
  const { running, operator } = await operated(t, HELD)
  const before = running.runtime.operations.keys()
  const asked = Promise.withResolvers<string>()
  const stop = running.runtime.operations.watch(({ approval, state }) => {
    if (state === 'held' && approval !== undefined) asked.resolve(approval)
  })
  const rotated = operator.rotateKey()
  const request = await asked.promise
  stop()
  assert.deepEqual(running.runtime.operations.keys(), before)
  const { token } = await running.runtime.operations.issueApproverToken('ada', {})
  await operator.voteApproval(request, { verdict: 'approve' }, token)
  assert.equal((await rotated).keys.length, (await before).keys.length + 1)
  const receipts = aboutAdmin(running, 'admin.keys.rotate')
  assert.deepEqual(
    receipts.map(({ kind, decision, effect }) => [kind, decision?.effect, effect?.state]),
    [
      ['decision', 'require_approval', 'held'],
      ['decision', 'allow', 'dispatched'],
      ['effect', undefined, 'confirmed'],
    ],
  )
  const chain = [{ kind: 'service', id: 'operator', via: 'admin-socket' }]
  for (const { actor, channel } of receipts) {
    assert.deepEqual([actor, channel.door], [chain, 'admin'])
  }
  assert.deepEqual(receipts[1]?.approval?.by, ['ada'])
})

test('what a tenant denies is denied at the socket too, and nothing is done', async (t) => {
  const { running, operator } = await operated(t, 'policy p { deny: admin.agents.issue_token }')
  await assert.rejects(operator.issueToken('sales'), { code: 'POLICY_DENIED' })
  const [denied, ...more] = aboutAdmin(running, 'admin.agents.issue_token')
  assert.equal(denied?.decision?.effect, 'deny')
  assert.deepEqual(denied?.action?.resource, { type: 'agent', id: 'sales' })
  assert.deepEqual(more, [])
  const issued = running.receipts().filter(({ event }) => event?.name === 'agent.token_issued')
  assert.deepEqual(issued, [])
})

test('looking leaves a receipt only where it is refused', async (t) => {
  const policy = 'policy p { deny: admin.budgets.list }'
  const { running, operator } = await operated(t, policy)
  const before = running.receipts().length
  await operator.status()
  await operator.sessions()
  assert.equal(running.receipts().length, before)
  await assert.rejects(operator.budgets(), { code: 'POLICY_DENIED' })
  assert.equal(aboutAdmin(running, 'admin.budgets.list')[0]?.decision?.effect, 'deny')
})

test('a rate that a tenant sets is a rate for operators', async (t) => {
  const policy = 'policy p { require: rate_limit(1, 1h) for admin.budgets.reset }'
  const { operator } = await operated(t, policy)
  await operator.resetBudget('llm')
  await assert.rejects(operator.resetBudget('llm'), { code: 'RATE_LIMITED' })
})

test('what an operation fails with is told in its own words, and receipted', async (t) => {
  const { running, operator } = await operated(t, '')
  await assert.rejects(operator.resetBudget('lmm'), {
    ...{ code: 'BUDGET_UNKNOWN', message: 'no budget `lmm` is declared' },
  })
  const [decision, effect] = aboutAdmin(running, 'admin.budgets.reset')
  assert.equal(decision?.effect?.state, 'dispatched')
  assert.deepEqual([effect?.effect?.state, effect?.code], ['failed', 'BUDGET_UNKNOWN'])
})

test('an operator is locked out by no rule that does not name administration', async (t) => {
  const { operator } = await operated(t, 'policy p { deny: * }')
  const calls: readonly ((client: AdminClient) => Promise<unknown>)[] = [
    (client) => client.status(),
    (client) => client.issueToken('sales'),
    (client) => client.reloadPolicies(),
  ]
  for (const call of calls) await call(operator)
})
