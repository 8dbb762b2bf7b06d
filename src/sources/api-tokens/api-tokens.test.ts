import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { accountsDb } from '../../../test/support/accounts-db.ts'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { API_TOKEN_LIFE_LIMIT_MS, apiTokens, type NewApiToken } from './api-tokens.ts'

const [acme, globex] = [tenantOf('acme'), tenantOf('globex')]
const CI: NewApiToken = { service: 'ci', scopes: ['crm.*'], roles: ['builder'], lifeMs: 60_000 }

async function set(t: TestContext) {
  const clock = handClock()
  let next = 0
  const { db, apiTokenStore: store } = await accountsDb(t)
  const ids = { next: () => `t${next++}` }
  const tokens = apiTokens({ store, clock, ids })
  const proves = (token: string) => tokens.verify({ kind: 'bearer', token }, clock.now())
  return { tokens, clock, proves, db }
}

test('a token proves its program, limited to its scopes, until it expires', async (t) => {
  const { tokens, proves, clock } = await set(t)
  const { token, kept } = tokens.create(acme, { ...CI, member: 'ana' })
  assert.match(token, /^pct_acme\.[\w-]{43}$/)
  assert.deepEqual(await proves(token), {
    tenant: 'acme',
    principal: { kind: 'service', id: 'ci', roles: ['builder'] },
    chain: [
      { kind: 'human', id: 'ana', via: 'delegated' },
      { kind: 'service', id: 'ci', via: 'api-token', session: kept.id },
    ],
    scopes: ['crm.*'],
    credential: { id: kept.id, issued: clock.now(), expires: clock.now() + 60_000 },
  })
  clock.advance(60_000)
  await assert.rejects(proves(token), { code: 'IDENTITY_EXPIRED' })
})

test('a revoked token proves nothing at the next request, and is not told of', async (t) => {
  const { tokens, proves } = await set(t)
  const own = tokens.create(acme, CI)
  const hers = tokens.create(acme, { ...CI, member: 'ana' })
  assert.throws(() => tokens.revoke(globex, own.kept.id), { code: 'API_TOKEN_UNKNOWN' })
  tokens.revoke(acme, own.kept.id)
  await assert.rejects(proves(own.token), { code: 'IDENTITY_INVALID' })
  tokens.revokeOf(acme, 'ana')
  await assert.rejects(proves(hers.token), { code: 'IDENTITY_INVALID' })
  assert.deepEqual(tokens.list(acme), [])
})

test('the token itself is kept nowhere', async (t) => {
  const { tokens, db } = await set(t)
  const [, secret = assert.fail()] = tokens.create(acme, CI).token.split('.')
  assert.ok(!JSON.stringify(db.prepare('SELECT * FROM api_token').all()).includes(secret))
})

const UNFIT: readonly [what: string, request: Partial<NewApiToken>][] = [
  ['no scope', { scopes: [] }],
  ['a scope with a star within', { scopes: ['crm.*.read'] }],
  ['a hundred scopes', { scopes: Array.from({ length: 100 }, () => 'crm.read') }],
  ['a life beyond the limit', { lifeMs: API_TOKEN_LIFE_LIMIT_MS + 1 }],
  ['no life', { lifeMs: 0 }],
  ['a life that is no number', { lifeMs: Number.NaN }],
  ['a name with a slash', { service: '../ci' }],
]

for (const [what, request] of UNFIT) {
  test(`a token with ${what} is not made`, async (t) => {
    const { tokens } = await set(t)
    assert.throws(() => tokens.create(acme, { ...CI, ...request }), { code: 'REQUEST_INVALID' })
    assert.deepEqual(tokens.list(acme), [])
  })
}
