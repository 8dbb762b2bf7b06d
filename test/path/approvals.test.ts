import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { APPROVERS, echo, heldCall, letGo, textOf, vote } from '../support/held-call.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
approval supervisor_approval { approver: role("supervisor"), ttl: 10m, not: requester }
approval two_supervisors { approver: role("supervisor"), quorum: 2, ttl: 10m }
policy desk {
  allow: desk.*
  require: redact("email") for desk.*
  require: supervisor_approval for desk.echo if args.message like "pay *"
  require: two_supervisors for desk.echo if args.message like "wire *"
  deny: desk.echo if args.message like "*forbidden*"
}
`

let running: RunningRuntime
let sales: Client
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: APPROVERS })
  sales = await running.agent('sales')
})
after(() => running.close())

const listed = () => running.runtime.operations.listApprovals({}).approvals
const about = (request: string) =>
  running.receipts().filter(({ approval }) => approval?.request === request)

test('a held call is listed, told of, and carried out once it is approved', async () => {
  const { request, answer } = await heldCall(sales, 'pay ada@example.org')
  assert.deepEqual(
    listed().map(({ id, state, agent, operation }) => ({ id, state, agent, operation })),
    [{ id: request, state: 'pending', agent: 'sales', operation: 'desk.echo' }],
  )
  assert.doesNotMatch(running.received(), /pay /)
  const shown = running.runtime.operations.showApproval(request)
  assert.equal(shown.arguments, '{"message":"pay [redacted:email]"}')
  assert.deepEqual(shown.mayVote, ['ada', 'bob'])
  assert.equal(shown.rules[0]?.file, 'policies/test.policy')
  assert.equal(shown.rules[0]?.line, 7)
  await vote(running, 'approve', { request })
  assert.match(textOf(await answer), /pay \[redacted:email\]/)
  assert.match(running.received(), /pay \[redacted:email\]/)
  assert.deepEqual(listed(), [])
})

test('each step leaves a receipt, and the dispatch says on whose consent', async () => {
  const { request, answer } = await heldCall(sales, 'pay 1')
  await vote(running, 'approve', { request })
  await answer
  const steps = about(request).map(({ kind, event, effect, decision }) =>
    kind === 'approval' ? event?.name : `${decision?.effect} ${effect?.state}`,
  )
  assert.deepEqual(steps, [
    'approval.requested',
    'require_approval held',
    'approval.approved',
    'approval.granted',
    'approval.consumed',
    'allow_with_conditions dispatched',
  ])
  const dispatch = about(request).at(-1)
  assert.deepEqual(dispatch?.approval?.by, ['ada'])
  assert.equal(dispatch?.actor[0]?.id, 'sales')
  const approved = about(request).find(({ event }) => event?.name === 'approval.approved')
  assert.deepEqual(approved?.actor, [{ kind: 'human', id: 'ada', via: 'approver-jwt' }])
})

test('a denied call is refused with its own code, and so are equal ones after it', async () => {
  const { request, answer } = await heldCall(sales, 'pay 2')
  await vote(running, 'deny', { request })
  assert.match(textOf(await answer), /APPROVAL_DENIED/)
  assert.match(await echo(sales, 'pay 2'), /APPROVAL_DENIED/)
  assert.doesNotMatch(running.received(), /pay 2/)
  assert.equal(about(request).at(-1)?.decision?.effect, 'require_approval')
})

test('a quorum of two takes two different approvers', async () => {
  const { request, answer } = await heldCall(sales, 'wire 1')
  await vote(running, 'approve', { request })
  await assert.rejects(vote(running, 'approve', { request }), { code: 'APPROVAL_VOTED' })
  await vote(running, 'approve', { request, by: 'bob' })
  assert.equal((await answer).isError, undefined)
})

test('a client that gives up and asks again joins, and gets the one result', async () => {
  const controller = new AbortController()
  const heard = Promise.withResolvers<void>()
  const call = { name: 'desk.echo', arguments: { message: 'pay 3' } }
  const first = sales.callTool(call, {
    onprogress: () => heard.resolve(),
    signal: controller.signal,
  })
  await heard.promise
  const left = letGo(running, listed()[0]?.id ?? '')
  controller.abort()
  await assert.rejects(first)
  await left
  const { request, answer } = await heldCall(sales, 'pay 3')
  assert.equal(listed().length, 1)
  await vote(running, 'approve', { request })
  assert.match(textOf(await answer), /pay 3/)
  assert.equal(running.received().match(/"pay 3"/g)?.length, 1)
})

test('a request that nobody waits for any more is picked up by the next equal call', async () => {
  const { request, answer } = await heldCall(sales, 'pay 4')
  await running.restart()
  await answer.catch(() => undefined)
  assert.deepEqual(
    listed().map(({ id, state }) => ({ id, state })),
    [{ id: request, state: 'pending' }],
  )
  await vote(running, 'approve', { request })
  await running.restart()
  assert.equal(listed()[0]?.state, 'granted')
  sales = await running.agent('sales')
  assert.match(await echo(sales, 'pay 4'), /pay 4/)
  assert.equal(about(request).filter(({ effect }) => effect?.state === 'dispatched').length, 1)
})

test('the stop of the runtime refuses a held call at once, and the request stays', async () => {
  const { answer } = await heldCall(sales, 'pay 5')
  const settled = answer.then(textOf, String)
  await running.restart()
  assert.match(await settled, /APPROVAL_PENDING/)
  sales = await running.agent('sales')
})

test('what needs no approval is not held up', async () => {
  assert.match(await echo(sales, 'hi'), /hi/)
})
