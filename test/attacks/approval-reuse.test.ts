import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { APPROVERS, echo, heldCall, letGo, textOf, vote } from '../support/held-call.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
approval four_eyes { approver: role("supervisor"), ttl: 10m }
approval in_a_hurry { approver: role("supervisor"), ttl: 300ms }
policy desk {
  allow: desk.echo
  require: four_eyes for desk.echo if args.message like "pay *"
  require: in_a_hurry for desk.echo if args.message like "now *"
}
`

let running: RunningRuntime
let sales: Client
before(async () => {
  const config = `${APPROVERS}\n[approvals]\nwait = "9m"\n`
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'research'], more: config })
  sales = await running.agent('sales')
})
after(() => running.close())

/** Puts the runtime back under the first policy. */
afterEach(() => reload(POLICY))

async function reload(policy: string) {
  writeFileSync(join(running.folder, 'policies', 'test.policy'), policy)
  await running.runtime.operations.reloadPolicies()
}

const stateOf = (request: string) => running.runtime.operations.showApproval(request).state
const carriedOut = (message: string) =>
  running
    .received()
    .split('\n')
    .filter((line) => line.includes(`"${message}"`)).length

/** Held, given up by its client, then approved: a consent that nobody has used yet. */
async function unusedConsent(message: string): Promise<string> {
  const { request } = await heldCall(sales, message)
  const left = letGo(running, request)
  await sales.close()
  await left
  sales = await running.agent('sales')
  await vote(running, 'approve', { request })
  assert.equal(stateOf(request), 'granted')
  return request
}

test('a consent lets through no other arguments, and no other agent', async () => {
  const request = await unusedConsent('pay 100')
  const other = await heldCall(sales, 'pay 1000')
  assert.notEqual(other.request, request)
  const research = await running.agent('research')
  const foreign = await heldCall(research, 'pay 100')
  assert.notEqual(foreign.request, request)
  assert.deepEqual([carriedOut('pay 100'), carriedOut('pay 1000')], [0, 0])
  await vote(running, 'deny', { request: other.request })
  await vote(running, 'deny', { request: foreign.request })
  assert.match(textOf(await other.answer) + textOf(await foreign.answer), /APPROVAL_DENIED.*DENIED/)
  assert.equal(stateOf(request), 'granted')
})

test('a consumed consent cannot be replayed', async () => {
  const { request, answer } = await heldCall(sales, 'pay once')
  await vote(running, 'approve', { request })
  assert.match(textOf(await answer), /pay once/)
  await assert.rejects(vote(running, 'approve', { request, by: 'bob' }), {
    code: 'APPROVAL_CONSUMED',
  })
  const again = await heldCall(sales, 'pay once')
  assert.notEqual(again.request, request)
  await vote(running, 'deny', { request: again.request })
  await again.answer
  assert.equal(carriedOut('pay once'), 1)
})

test('a vote after the expiry comes too late', async () => {
  const { request, answer } = await heldCall(sales, 'now late')
  assert.match(textOf(await answer), /APPROVAL_EXPIRED/)
  await assert.rejects(vote(running, 'approve', { request }), { code: 'APPROVAL_EXPIRED' })
  assert.equal(stateOf(request), 'expired')
  assert.equal(carriedOut('now late'), 0)
})

test('a consent is void once the policies change, and stays so when they come back', async () => {
  const request = await unusedConsent('pay under old rules')
  const { answer, request: waiting } = await heldCall(sales, 'pay while they change')
  await reload(POLICY.replace('ttl: 10m', 'ttl: 11m'))
  assert.match(textOf(await answer), /APPROVAL_VOID/)
  assert.deepEqual([stateOf(request), stateOf(waiting)], ['void', 'void'])
  await reload(POLICY)
  const again = await heldCall(sales, 'pay under old rules')
  assert.notEqual(again.request, request)
  await vote(running, 'deny', { request: again.request })
  await again.answer
  assert.equal(carriedOut('pay under old rules') + carriedOut('pay while they change'), 0)
})

test('a deny that comes while it waits beats the approval', async () => {
  const { request, answer } = await heldCall(sales, 'pay the thief')
  await reload(`${POLICY}\npolicy no { deny: desk.echo if args.message like "*thief*" }`)
  assert.match(textOf(await answer), /APPROVAL_VOID/)
  await assert.rejects(vote(running, 'approve', { request }), { code: 'APPROVAL_VOID' })
  assert.match(await echo(sales, 'pay the thief'), /POLICY_DENIED/)
  assert.equal(carriedOut('pay the thief'), 0)
})
