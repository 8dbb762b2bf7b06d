import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { exchange, humanToken, ownToken, tokenIn } from '../support/human-token.ts'
import { askToken } from '../support/oauth-agent.ts'
import { askMcp, BACK, oauthRuntime } from '../support/oauth-runtime.ts'

const POLICY = `policy chains {
  allow: desk.echo
  deny: desk.echo if delegation.depth > 2
  deny: desk.echo if "agent:intern" in delegation.links
  allow: memory.* if human.clearance == "secret" && session.mfa_verified
}`

const AGENTS = {
  sales: `redirect_uris = ["${BACK}"]\nscopes = ["desk.*", "memory.*"]`,
  helper: 'acts_for = ["agent:sales"]\nscopes = ["desk.*", "memory.read"]',
  clerk: 'acts_for = ["agent:helper", "agent:sales"]',
  intern: 'acts_for = ["agent:clerk", "agent:sales"]',
}

async function office(t: TestContext) {
  const { running, issuer, agent } = await oauthRuntime({
    ...{ policy: POLICY, agents: AGENTS, more: '[memory.CRM]\n' },
  })
  t.after(() => running.close())
  const call = async (token: string, name: string, args: object = {}) => {
    const headers = { authorization: `Bearer ${token}` }
    const opened = await askMcp(issuer, { headers })
    const session = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    const params = { name, arguments: args }
    const answer = await askMcp(issuer, { method: 'tools/call', params, headers: session })
    const body = (await answer.json()) as { result: { isError?: boolean } }
    return { status: answer.status, headers: answer.headers, body }
  }
  const pass = async (from: string, to: string, more: Record<string, string> = {}) =>
    tokenIn(await exchange(issuer, agent(to), { subject_token: from, ...more }))
  return { running, issuer, agent, call, pass }
}

/** Who acted for whom in the last decision. */
function lastChain(receipts: readonly Receipt[]): readonly string[] {
  const decision = receipts.findLast(({ kind }) => kind === 'decision')
  return (decision?.actor ?? []).map(({ kind, id, via }) => `${kind}:${id} ${via}`)
}

test('an agent passes on what a human lets it do, and every link is in the receipt', async (t) => {
  const { running, issuer, agent, call, pass } = await office(t)
  const alice = tokenIn(await humanToken(issuer, agent('sales')))
  const helper = await pass(alice, 'helper')
  assert.deepEqual(decodeJwt(helper).act, {
    ...{ sub: 'helper', kind: 'agent' },
    act: { sub: 'sales', kind: 'agent', jti: decodeJwt(alice).jti },
  })
  const { body } = await call(helper, 'desk.echo', { text: 'hi' })
  assert.equal(body.result.isError, undefined)
  assert.deepEqual(lastChain(running.receipts()), [
    ...['human:alice delegated', 'agent:sales delegated', 'agent:helper bearer-jwt'],
  ])
})

test('policies judge how far an authority was passed on, and by whom', async (t) => {
  const { issuer, agent, call, pass } = await office(t)
  const alice = tokenIn(await humanToken(issuer, agent('sales')))
  const clerk = await pass(await pass(alice, 'helper'), 'clerk')
  const tooFar = await call(clerk, 'desk.echo')
  assert.match(JSON.stringify(tooFar.body), /POLICY_DENIED/)
  const intern = await pass(alice, 'intern')
  assert.match(JSON.stringify((await call(intern, 'desk.echo')).body), /POLICY_DENIED/)
})

test('policies judge the human behind the agent; without one there is none', async (t) => {
  const { issuer, agent, call } = await office(t)
  const args = { namespace: 'CRM' }
  const alice = tokenIn(await humanToken(issuer, agent('sales')))
  assert.equal((await call(alice, 'memory.read', args)).body.result.isError, undefined)
  const alone = await ownToken(issuer, agent('sales'))
  assert.match(JSON.stringify((await call(alone, 'memory.read', args)).body), /POLICY_DENIED/)
})

test('scopes and lifetime only get less on the way', async (t) => {
  const { issuer, agent, pass } = await office(t)
  const alice = tokenIn(await humanToken(issuer, agent('sales'), 'memory.* desk.echo'))
  const helper = decodeJwt(await pass(alice, 'helper'))
  assert.equal(helper.scope, 'memory.read desk.echo')
  assert.ok(Number(helper.exp) <= Number(decodeJwt(alice).exp))
})

test('what no scope covers is refused with a challenge, and is not even seen', async (t) => {
  const { issuer, agent, call } = await office(t)
  const token = await ownToken(issuer, agent('sales'), 'memory.*')
  const { status, headers } = await call(token, 'desk.echo')
  assert.equal(status, 403)
  const challenge = headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer error="insufficient_scope", scope="desk\.echo", resource_meta/)
  const opened = await askMcp(issuer, { headers: { authorization: `Bearer ${token}` } })
  const session = opened.headers.get('mcp-session-id') ?? ''
  const headersOf = { authorization: `Bearer ${token}`, 'mcp-session-id': session }
  const listed = await askMcp(issuer, { method: 'tools/list', params: {}, headers: headersOf })
  assert.doesNotMatch(await listed.text(), /desk\./)
})

test('an agent that picked who may act on is taken at its word', async (t) => {
  const { issuer, agent, pass } = await office(t)
  const alone = await ownToken(issuer, agent('sales'))
  const picked = await pass(alone, 'sales', { may_act: 'clerk', scope: 'desk.*' })
  assert.deepEqual(decodeJwt(picked).may_act, { sub: 'clerk', kind: 'agent' })
  const refused = await exchange(issuer, agent('helper'), { subject_token: picked })
  assert.equal(refused.body.code, 'DELEGATION_REFUSED')
  assert.equal(decodeJwt(await pass(picked, 'clerk')).sub, 'sales')
})

test('whoever is suspended takes along all that acts by it, and what was consented', async (t) => {
  const { running, issuer, agent, call, pass } = await office(t)
  const helper = await pass(await ownToken(issuer, agent('sales')), 'helper')
  assert.equal((await call(helper, 'desk.echo')).status, 200)
  await running.runtime.operations.suspendAgent('sales', {})
  assert.equal((await call(helper, 'desk.echo')).status, 403)
  const params = { grant_type: 'client_credentials' }
  assert.equal((await askToken(issuer, agent('sales'), { params })).body.code, 'AGENT_SUSPENDED')
})

test('a key that is removed takes along what the agent got by it', async (t) => {
  const { running, issuer, agent, call } = await office(t)
  const { operations } = running.runtime
  const spare = JSON.stringify({ ...JSON.parse(agent('clerk').jwk), kid: 'spare' })
  const { keys } = await operations.addAgentKey('sales', { key: spare })
  assert.deepEqual(
    keys.map(({ from }) => from),
    ['declared', 'added'],
  )
  const clerkAsSales = { ...agent('clerk'), id: 'sales' }
  const ask = async () =>
    askToken(issuer, clerkAsSales, {
      params: { grant_type: 'client_credentials' },
      assertion: await agent('clerk').assertion(issuer, {
        ...{ claims: { iss: 'sales', sub: 'sales' }, header: { kid: 'spare' } },
      }),
    })
  const token = tokenIn(await ask())
  assert.equal((await call(token, 'desk.echo')).status, 200)
  await operations.removeAgentKey('sales', 'spare')
  assert.equal((await call(token, 'desk.echo')).status, 401)
  assert.equal((await ask()).body.code, 'OAUTH_CLIENT_UNPROVED')
})
