import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { APPROVERS, type HeldCall, heldCall, textOf, vote } from '../support/held-call.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
approval four_eyes { approver: role("supervisor"), quorum: 2, ttl: 10m, not: requester }
policy desk {
  allow: desk.echo
  require: four_eyes for desk.echo
}
`

let running: RunningRuntime
let sales: Client
let held: HeldCall
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: APPROVERS })
  sales = await running.agent('sales')
  held = await heldCall(sales, 'forge')
})
after(() => running.close())

/** A vote with whatever is shown as a token. */
const voteWith = (token: string | undefined, request = held.request) =>
  running.runtime.operations.voteApproval(request, { verdict: 'approve' }, token)

function assertUntouched() {
  const { state, votes } = running.runtime.operations.showApproval(held.request)
  assert.deepEqual([state, votes], ['pending', []])
  assert.equal(running.received().includes('forge'), false)
}

test('the token of an agent is worth nothing among approvers', async () => {
  const { token } = await running.runtime.operations.issueToken('sales', {})
  await assert.rejects(voteWith(token), { code: 'APPROVER_INVALID' })
  assertUntouched()
})

test('the token of an approver is worth nothing at the door of agents', async () => {
  const { token } = await running.runtime.operations.issueApproverToken('ada', {})
  const client = new Client({ name: 'ada', version: '1' })
  const url = new URL(`${running.runtime.address}/mcp`)
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await assert.rejects(client.connect(new StreamableHTTPClientTransport(url, { requestInit })))
  assert.equal(running.receipts().at(-1)?.code, 'IDENTITY_INVALID')
  assertUntouched()
})

test('without a token, or with a made-up one, nobody votes', async () => {
  await assert.rejects(voteWith(undefined), { code: 'APPROVER_MISSING' })
  await assert.rejects(voteWith('eyJhbGciOiJub25lIn0.e30.'), { code: 'APPROVER_INVALID' })
  assertUntouched()
})

test('an agent cannot be named as an approver', async () => {
  const issued = running.runtime.operations.issueApproverToken('sales', {})
  await assert.rejects(issued, { code: 'APPROVER_UNKNOWN' })
})

test('the one for whom the agent acts cannot approve what it asks', async () => {
  const own = vote(running, 'approve', { request: held.request, by: 'owner' })
  await assert.rejects(own, { code: 'APPROVAL_OWN_REQUEST' })
  assertUntouched()
})

test('a forged id approves nothing, and a misspelt one is told the right one', async () => {
  const { token } = await running.runtime.operations.issueApproverToken('ada', {})
  for (const id of ['', '*', '../x', "' OR 1=1 --", '019abc12-3456-7def-8123-456789abcdef'])
    await assert.rejects(voteWith(token, id), { code: 'APPROVAL_UNKNOWN' })
  const misspelt = `${held.request.slice(0, -1)}~`
  await assert.rejects(voteWith(token, misspelt), {
    message: `there is no request for approval \`${misspelt}\`: did you mean \`${held.request}\`?`,
  })
  assertUntouched()
})

test('one approver who votes twice is one, with an old token or a new one', async () => {
  await vote(running, 'approve', { request: held.request })
  const again = vote(running, 'approve', { request: held.request })
  await assert.rejects(again, { code: 'APPROVAL_VOTED' })
  const { state } = running.runtime.operations.showApproval(held.request)
  assert.equal(state, 'pending')
  await vote(running, 'approve', { request: held.request, by: 'bob' })
  assert.match(textOf(await held.answer), /forge/)
})
