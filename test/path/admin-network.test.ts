import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { adminClient } from '../../src/client/admin-client.ts'
import type { ReceiptKind } from '../../src/kernel/receipt/events.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { type AdministeredRuntime, administeredRuntime } from '../support/administered-runtime.ts'

const CONFIG = `
[roles.keeper]
permissions = ["admin.keys.*", "admin.runtime.watch"]
[roles.sales]
[agents.sales]
roles = ["sales"]
[approvers.ada]
roles = ["keeper"]
[approvers.bob]
roles = []
`

const POLICY = `
approval second { approver: role("keeper"), ttl: 10m, not: requester }
policy two_eyes { require: second for admin.agents.issue_token }
`

async function administered(t: TestContext) {
  const running = await administeredRuntime(t, { config: CONFIG, policy: POLICY })
  const { operations } = running.runtime
  const tokenOf = async (name: string) => (await operations.issueApproverToken(name, {})).token
  return { ...running, operations, ada: await tokenOf('ada'), bob: await tokenOf('bob') }
}

function receipts({ folder }: AdministeredRuntime, kind: ReceiptKind) {
  const reader = readLedger(join(folder, '.portcullis', 'ledger'))
  const all = [...reader.of().receipts({ limit: 1_000 })]
  reader.close()
  return all.filter((receipt) => receipt.kind === kind)
}

test('people administer what their roles permit, each under the own name', async (t) => {
  const running = await administered(t)
  const { ask, ada, bob } = running
  assert.equal((await ask('GET /v1/keys', { token: ada })).status, 200)
  const rotated = await ask('POST /v1/keys/rotate', { token: ada, body: '{}' })
  assert.equal(rotated.body.keys.length, 2)
  const denied = await ask('POST /v1/keys/rotate', { token: bob, body: '{}' })
  assert.deepEqual([denied.status, denied.body.error.code], [403, 'POLICY_DENIED'])
  const decisions = receipts(running, 'decision')
  const [by] = decisions[0]?.actor ?? []
  assert.deepEqual([by?.kind, by?.id, by?.via], ['human', 'ada', 'approver-jwt'])
  assert.equal(decisions[0]?.channel.door, 'admin')
  assert.equal(decisions[1]?.actor[0]?.id, 'bob')
  const asked = receipts(running, 'admin').find(({ event }) => {
    return event?.name === 'key.change_requested'
  })
  assert.equal(asked?.actor[0]?.id, 'ada')
})

test('whoever proves nothing, or is an agent, administers nothing', async (t) => {
  const { ask, operations } = await administered(t)
  const { token } = await operations.issueToken('sales', {})
  const none = await ask('GET /v1/status')
  assert.deepEqual([none.status, none.body.error.code], [401, 'IDENTITY_MISSING'])
  assert.equal(none.headers['www-authenticate'], 'Bearer')
  const agent = await ask('GET /v1/status', { token })
  assert.deepEqual([agent.status, agent.body.error.code], [403, 'POLICY_DENIED'])
  const forged = await ask('GET /v1/status', { token: `${token.slice(0, -4)}AAAA` })
  const unknown = await ask('GET /v1/status', { token: 'x' })
  assert.deepEqual(forged.body, unknown.body, 'one answer for all that proves nothing')
  assert.equal(forged.status, 401)
})

test('the token of an approver is worth nothing where agents come in', async (t) => {
  const { runtime, ada } = await administered(t)
  const headers = {
    ...{ authorization: `Bearer ${ada}`, 'content-type': 'application/json' },
    accept: 'application/json, text/event-stream',
  }
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const answer = await fetch(`${runtime.address}/mcp`, { method: 'POST', headers, body })
  assert.equal(answer.status, 401)
})

test('who administers over the network votes as who it is, and for nobody else', async (t) => {
  const { folder, ask, ada, bob, operations } = await administered(t)
  const asked = Promise.withResolvers<string>()
  const stop = operations.watch(({ approval, state }) => {
    if (state === 'held' && approval !== undefined) asked.resolve(approval)
  })
  const socketPath = join(folder, '.portcullis', 'admin.sock')
  const issued = adminClient({ socketPath }).issueToken('sales')
  const request = await asked.promise
  stop()
  const list = await ask('GET /v1/approvals', { token: bob })
  assert.equal(list.body.approvals[0].id, request)
  const vote = `POST /v1/approvals/${request}/votes`
  const refused = await ask(vote, { token: bob, body: '{"verdict":"approve"}' })
  assert.equal(refused.body.error.code, 'APPROVAL_FORBIDDEN')
  const voted = await ask(vote, { token: ada, body: '{"verdict":"approve"}' })
  assert.equal(voted.body.votes[0].approver, 'ada')
  assert.equal((await issued).agent, 'sales')
})

test('a watch ends within a second when the token behind it is taken back', async (t) => {
  const { address, root, ada, operations, ...running } = await administered(t)
  const asked = request(`${address}/v1/watch`, {
    ...{ ca: root.cert, agent: false, headers: { authorization: `Bearer ${ada}` } },
  })
  asked.end()
  const [answer] = await once(asked, 'response')
  assert.equal(answer.statusCode, 200)
  const issued = receipts({ address, root, ...running }, 'admin').find(({ event }) =>
    event?.detail.startsWith('ada '),
  )
  const [, id = ''] = issued?.event?.detail.split(' ') ?? []
  const started = performance.now()
  let text = ''
  const ended = (async () => {
    for await (const chunk of answer.setEncoding('utf8')) text += chunk
  })()
  await Promise.all([operations.endSession(id, { token: true }), ended])
  assert.ok(performance.now() - started < 1_000)
  assert.match(text, /"reason":"ended"/)
  const next = await running.ask('GET /v1/keys', { token: ada })
  assert.equal(next.body.error.code, 'IDENTITY_REVOKED')
})
