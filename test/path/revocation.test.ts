import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { AdminOperations } from '../../src/inbound/admin/admin-operations.ts'
import { APPROVERS } from '../support/held-call.ts'
import { callOf, type RawMcp, rawMcp } from '../support/raw-mcp.ts'
import { runRuntime } from '../support/running-runtime.ts'

/** How soon everything that hangs on what was taken back has to be over, in milliseconds. */
const LIMIT_MS = 1_000

const POLICY = `
approval supervisor_approval { approver: role("supervisor"), ttl: 10m }
policy desk {
  allow: desk.*
  require: supervisor_approval for desk.echo if args.message like "pay *"
}
`

/** An agent with one of everything that can be open: a session, a stream, and a held call. */
async function open(t: TestContext) {
  const agents = ['sales', 'research']
  // One process for all: another agent lets go what the first one waits for.
  const more = `isolation = "shared"\n${APPROVERS}`
  const running = await runRuntime({ policy: POLICY, agents, more })
  t.after(() => running.close())
  const { operations, address } = running.runtime
  const { token } = await operations.issueToken('sales', {})
  const sales = await rawMcp(address, token)
  const stream = await sales.stream()
  const progress = { _meta: { progressToken: 1 } }
  const held = await sales.post(callOf('desk.echo', { message: 'pay 7' }, progress))
  assert.equal(operations.listApprovals({}).approvals.length, 1, 'the call is held')
  const other = await operations.issueToken('research', {})
  const research = await rawMcp(address, other.token)
  return { running, operations, address, token, sales, stream, held, research }
}

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { error?: { data?: { code?: string } } }).error?.data?.code

const ping = (agent: RawMcp) => agent.post({ jsonrpc: '2.0', id: 9, method: 'ping' })

type Taking = (operations: AdminOperations) => Promise<unknown>

const TAKINGS: readonly [what: string, take: Taking, answer: string][] = [
  ['revoking the agent', (runtime) => runtime.revokeAgent('sales', {}), 'IDENTITY_REVOKED'],
  ['suspending the agent', (runtime) => runtime.suspendAgent('sales', {}), 'AGENT_SUSPENDED'],
  ['taking the token back', takeToken, 'IDENTITY_REVOKED'],
  ['ending the session', endSession, 'SESSION_UNKNOWN'],
]

async function takeToken(runtime: AdminOperations) {
  const [session] = runtime.sessions().sessions.filter(({ principal }) => principal.id === 'sales')
  assert.equal(session?.kind, 'mcp')
  assert.ok(tokenId, 'the id of the token stands in its receipt')
  await runtime.endSession(tokenId, { token: true })
}

async function endSession(runtime: AdminOperations) {
  const [session] = runtime.sessions().sessions.filter(({ principal }) => principal.id === 'sales')
  await runtime.endSession(session?.id ?? '', {})
}

let tokenId: string | undefined

for (const [what, take, answer] of TAKINGS) {
  test(`${what} ends its stream, session, held call and token within a second`, async (t) => {
    const { running, operations, sales, stream, held, research } = await open(t)
    const issued = running.receipts().find(({ event }) => event?.name === 'agent.token_issued')
    tokenId = issued?.event?.detail.split(' ')[1]
    const started = performance.now()
    const left = operations.sessions().sessions.length
    const [, told, heard] = await Promise.all([take(operations), held.text(), stream.text()])
    const refused = await ping(sales)
    const elapsed = performance.now() - started
    assert.ok(elapsed < LIMIT_MS, `it took ${elapsed} ms`)
    t.diagnostic(`everything was over after ${elapsed.toFixed(1)} ms`)
    assert.match(told, /SESSION_ENDED/)
    assert.doesNotMatch(told, /pay 7/)
    // Nothing but where it begins, and signs of life.
    assert.doesNotMatch(heard, /^data: ?\S/m)
    assert.equal(await codeOf(refused), answer)
    assert.equal(operations.sessions().sessions.length, left - 1)
    assert.equal((await ping(research)).status, 200, 'nobody else is touched')
  })
}

test('a call under way is finished and recorded, and its answer goes to nobody', async (t) => {
  const { running, operations, sales, research } = await open(t)
  const heard = (state: string) =>
    new Promise<void>((resolve) => {
      const stop = operations.watch((event) => {
        if (event.operation !== 'desk.hold' || event.state !== state) return
        stop()
        resolve()
      })
    })
  const dispatched = heard('dispatched')
  const slow = sales.post(callOf('desk.hold', { name: 'slow' }))
  await dispatched
  await operations.revokeAgent('sales', {})
  assert.equal(await codeOf(await slow), 'SESSION_ENDED')
  const confirmed = heard('confirmed')
  await research.post(callOf('desk.release', { order: ['slow'] }))
  await confirmed
  const [effect] = running.receipts().filter(({ kind, action }) => {
    return kind === 'effect' && action?.operation === 'desk.hold'
  })
  assert.equal(effect?.actor[0]?.id, 'sales')
})

test('what is revoked stays so over a restart, and resumed needs a new token', async (t) => {
  const { running, operations, token } = await open(t)
  await operations.revokeAgent('sales', { reason: 'token in a public log' })
  await running.restart()
  const { operations: again, address } = running.runtime
  await assert.rejects(again.issueToken('sales', {}), { code: 'IDENTITY_REVOKED' })
  await again.resumeAgent('sales', {})
  await assert.rejects(rawMcp(address, token), /IDENTITY_REVOKED/)
  const names = running.receipts().map(({ event }) => `${event?.name} ${event?.detail}`)
  assert.ok(names.includes('agent.revoked sales: token in a public log'))
  assert.ok(names.includes('agent.resumed sales'))
})
