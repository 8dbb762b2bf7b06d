import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { exchange, ownToken, tokenIn } from '../support/human-token.ts'
import { askToken, type OAuthAgent, oauthAgent } from '../support/oauth-agent.ts'
import { askMcp } from '../support/oauth-runtime.ts'
import { ACME, GLOBEX, twoTenants } from '../support/two-tenants.ts'

const PARAMS = { grant_type: 'client_credentials' }

test('an agent of one tenant gets nothing by what is another tenant’s', async (t) => {
  const { runtime, receipts } = await twoTenants(t)
  const issuer = runtime.address
  const bots = new Map<string, OAuthAgent>()
  for (const tenant of [ACME, GLOBEX]) {
    const bot = await oauthAgent(`${tenant}/bot`)
    await runtime.operationsOf(tenant)?.addAgentKey('bot', { key: bot.jwk })
    bots.set(tenant, bot)
  }
  const [acme, globex] = [ACME, GLOBEX].map((tenant) => bots.get(tenant) ?? assert.fail())
  assert.ok(acme && globex)

  const own = await ownToken(issuer, acme)
  assert.equal(decodeJwt(own).tenant, 'acme')
  const opened = await askMcp(issuer, { headers: { authorization: `Bearer ${own}` } })
  assert.equal(opened.status, 200)
  const told = (tenant: typeof ACME) =>
    receipts(tenant).filter(({ event }) => event?.name === 'oauth.token_issued')
  assert.deepEqual([told(ACME).length, told(GLOBEX).length], [1, 0])

  // The same agent’s name, and the key of the other tenant’s agent of that name.
  const assertion = await globex.assertion(issuer, { claims: { iss: acme.id, sub: acme.id } })
  const foreign = await askToken(issuer, acme, { params: PARAMS, assertion })
  assert.equal(foreign.body.code, 'OAUTH_CLIENT_UNPROVED')
  // The plain name is that of tenant `default`, where there is none.
  const plain = { ...acme, id: 'bot' }
  const bare = await askToken(issuer, plain, {
    params: PARAMS,
    assertion: await acme.assertion(issuer, { claims: { iss: 'bot', sub: 'bot' } }),
  })
  assert.equal(bare.body.code, 'OAUTH_CLIENT_UNPROVED')
  // The token of another tenant’s agent as a subject: as if nobody might act for it.
  const across = await exchange(issuer, globex, { subject_token: own })
  assert.equal(across.body.code, 'DELEGATION_REFUSED')
  assert.ok(tokenIn(await exchange(issuer, acme, { subject_token: own })))
})
