import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { ACCESS_TOKEN, EXCHANGE, exchange, ownToken, tokenIn } from '../support/human-token.ts'
import { askToken } from '../support/oauth-agent.ts'
import { oauthRuntime } from '../support/oauth-runtime.ts'

const AGENTS = {
  sales: 'scopes = ["desk.*"]',
  helper: 'acts_for = ["agent:sales", "agent:helper2", "agent:helper3"]\nscopes = ["desk.echo"]',
  helper2: 'acts_for = ["agent:helper", "agent:sales"]',
  helper3: 'acts_for = ["agent:helper2", "agent:helper"]',
  stranger: '',
}

async function office(t: TestContext, more = '') {
  const { running, issuer, agent } = await oauthRuntime({ agents: AGENTS, more })
  t.after(() => running.close())
  return { running, issuer, agent }
}

test('nobody acts for whom it is not declared to act for', async (t) => {
  const { issuer, agent } = await office(t)
  const subject_token = await ownToken(issuer, agent('sales'))
  const refused = await exchange(issuer, agent('stranger'), { subject_token })
  assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'])
  assert.equal(refused.body.code, 'DELEGATION_REFUSED')
})

test('no exchange widens scopes, and none goes around a narrower link', async (t) => {
  const { issuer, agent } = await office(t)
  const sales = await ownToken(issuer, agent('sales'))
  for (const scope of ['*', 'desk.* crm.*', 'crm.query']) {
    const wider = await exchange(issuer, agent('helper2'), { subject_token: sales, scope })
    assert.equal(wider.body.code, 'OAUTH_SCOPE_WIDER', scope)
  }
  const narrow = tokenIn(await exchange(issuer, agent('helper'), { subject_token: sales }))
  assert.equal(decodeJwt(narrow).scope, 'desk.echo')
  const back = { subject_token: narrow, scope: 'desk.*' }
  assert.equal((await exchange(issuer, agent('helper2'), back)).body.code, 'OAUTH_SCOPE_WIDER')
})

test('a chain is as long as the configuration lets it be, also in circles', async (t) => {
  const { issuer, agent } = await office(t, '[oauth]\ndelegation_depth = 3')
  let subject_token = await ownToken(issuer, agent('sales'))
  for (const name of ['helper', 'helper2', 'helper3']) {
    subject_token = tokenIn(await exchange(issuer, agent(name), { subject_token }))
  }
  const tooFar = await exchange(issuer, agent('helper'), { subject_token })
  assert.equal(tooFar.body.code, 'DELEGATION_TOO_DEEP')
})

test('no actor is named beside the one who has proved itself', async (t) => {
  const { issuer, agent } = await office(t)
  const subject_token = await ownToken(issuer, agent('sales'))
  const actor = await ownToken(issuer, agent('helper'))
  const cases: readonly Record<string, string>[] = [
    { actor_token: actor, actor_token_type: ACCESS_TOKEN },
    { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
    { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
  ]
  for (const more of cases) {
    const answer = await exchange(issuer, agent('helper'), { subject_token, ...more })
    assert.equal(answer.body.code, 'OAUTH_REQUEST_INVALID')
  }
  const elsewhere = { subject_token, audience: 'https://other.example' }
  const answer = await exchange(issuer, agent('helper'), elsewhere)
  assert.equal(answer.body.code, 'OAUTH_TARGET_INVALID')
  const act = JSON.stringify({ sub: 'alice', kind: 'human' })
  const forged = await exchange(issuer, agent('helper'), { subject_token, act, may_act: 'x' })
  assert.deepEqual(decodeJwt(tokenIn(forged)).act, { sub: 'helper', kind: 'agent' })
})

test('only tokens of this runtime are passed on, and all others are refused alike', async (t) => {
  const { running, issuer, agent } = await office(t)
  const genuine = decodeJwt(await ownToken(issuer, agent('sales')))
  const { privateKey } = generateKeyPairSync('ed25519')
  const forged = await new SignJWT({ ...genuine, act: { sub: 'helper', kind: 'agent' } })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
    .sign(privateKey)
  const { token: ofRuntime } = await running.runtime.operations.issueToken('sales', {})
  const tokens = [forged, 'opaque', 'pcs_default.x', 'a'.repeat(10_000), ofRuntime]
  for (const subject_token of tokens) {
    const { status, body } = await exchange(issuer, agent('helper'), { subject_token })
    assert.deepEqual([status, body.error, body.code], [400, 'invalid_grant', 'OAUTH_GRANT_INVALID'])
  }
  const none = await askToken(issuer, agent('helper'), { params: { grant_type: EXCHANGE } })
  assert.equal(none.body.code, 'OAUTH_REQUEST_INVALID')
})
