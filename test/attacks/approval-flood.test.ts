import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APPROVERS, echo, vote } from '../support/held-call.ts'
import { runRuntime } from '../support/running-runtime.ts'

const POLICY = `
approval four_eyes { approver: role("supervisor"), ttl: 10m }
policy desk {
  allow: desk.echo
  require: four_eyes for desk.echo
}
`

test('a flood of held actions meets a bound, which is each agent’s own', async (t) => {
  // A wait of nothing: each call returns at once, and its request stays.
  const config = `${APPROVERS}\n[approvals]\nwait = "0s"\npending_per_agent = 3\npending = 4\n`
  const running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'], more: config })
  t.after(() => running.close())
  const sales = await running.agent('sales')
  for (let nth = 0; nth < 3; nth++)
    assert.match(await echo(sales, `pay ${nth}`), /APPROVAL_PENDING/)
  for (let nth = 3; nth < 30; nth++) assert.match(await echo(sales, `pay ${nth}`), /APPROVAL_LIMIT/)
  // Asking again for what waits is no flood: it joins.
  for (let nth = 0; nth < 30; nth++) assert.match(await echo(sales, 'pay 1'), /APPROVAL_PENDING/)
  const { operations } = running.runtime
  assert.equal(operations.listApprovals({}).approvals.length, 3)

  const research = await running.agent('research')
  assert.match(await echo(research, 'pay 0'), /APPROVAL_PENDING/)
  assert.match(await echo(research, 'pay 1'), /APPROVAL_LIMIT/)

  const [first] = operations.listApprovals({}).approvals
  await vote(running, 'deny', { request: first?.id ?? '' })
  assert.match(await echo(sales, 'pay 3'), /APPROVAL_PENDING/)
  const refused = running.receipts().filter(({ code }) => code === 'APPROVAL_LIMIT')
  assert.equal(refused.length, 28)
  assert.equal(refused[0]?.decision?.effect, 'require_approval')
  assert.equal(running.received().includes('pay'), false)
})
