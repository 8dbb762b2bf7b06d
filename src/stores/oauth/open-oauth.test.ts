import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { AGENT_KEYS_LIMIT } from './agent-keys.ts'
import { openOAuth } from './open-oauth.ts'

const ACME = tenantOf('acme')
const NOW = 1_000_000
const JWK = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'one', alg: 'EdDSA' }

async function store(t: Parameters<typeof scratch>[0]) {
  const file = join(await scratch(t), 'oauth.db')
  let open = openOAuth(file)
  t.after(() => open.close())
  return {
    file,
    get it() {
      return open
    },
    again() {
      open.close()
      open = openOAuth(file)
    },
  }
}

test('what is kept under a secret is found by it, and the file tells nobody one', async (t) => {
  const kept = await store(t)
  const entry = { payload: { clientId: 'sales', iat: 1 }, expires: 9_999_999_999 }
  kept.it.putEntry('RefreshToken', 'a-secret-of-some-length', { ...entry, grant: 'g1' })
  kept.it.putEntry('ReplayDetection', 'another-secret', { ...entry, brief: true })
  kept.again()
  assert.deepEqual(kept.it.entry('RefreshToken', 'a-secret-of-some-length'), entry)
  assert.ok(kept.it.entry('ReplayDetection', 'another-secret'))
  assert.equal(kept.it.entry('AuthorizationCode', 'a-secret-of-some-length'), undefined)
  for (const name of [kept.file, `${kept.file}-wal`]) {
    assert.doesNotMatch(readFileSync(name, 'latin1'), /a-secret-of|another-secret/)
  }
})

test('what serves once is used up by the first, and goes with its consent', async (t) => {
  const { it } = await store(t)
  it.putEntry('AuthorizationCode', 's', { payload: {}, expires: 9_999_999_999, grant: 'g1' })
  assert.equal(it.consumeEntry('AuthorizationCode', 's', 5), true)
  assert.equal(it.consumeEntry('AuthorizationCode', 's', 6), false)
  assert.equal(it.entry('AuthorizationCode', 's')?.consumed, 5)
  it.removeGrant('g1')
  assert.equal(it.entry('AuthorizationCode', 's'), undefined)
})

test('another tenant’s keys, clients, consents and registrations are not there', async (t) => {
  const { it } = await store(t)
  it.addKey(DEFAULT_TENANT, { agent: 'sales', jwk: JWK, added: NOW })
  it.addClient(DEFAULT_TENANT, {
    ...{ id: '~c', agent: 'sales', keys: [JWK], redirectUris: [], registered: NOW },
  })
  it.keepConsent(DEFAULT_TENANT, {
    ...{ id: 'c1', human: 'alice', via: 'password', mfaVerified: true, roles: [] },
    ...{ attributes: {}, begun: NOW, expires: NOW + 1 },
  })
  it.openRegistration(DEFAULT_TENANT, { digest: 'd', agent: 'sales', expires: NOW + 1 })
  assert.equal(it.keys(DEFAULT_TENANT, 'sales').length, 1)
  assert.deepEqual(it.keys(ACME, 'sales'), [])
  assert.equal(it.client(ACME, '~c'), undefined)
  assert.equal(it.consent(ACME, 'c1'), undefined)
  assert.equal(it.registration(ACME, 'd', NOW), undefined)
  assert.equal(it.useRegistration(ACME, 'd', NOW), false)
  assert.equal(it.removeKey(ACME, 'sales', { kid: 'one', now: NOW }), false)
  it.endConsent(ACME, 'c1')
  assert.equal(it.consent(DEFAULT_TENANT, 'c1')?.human, 'alice')
})

test('a registration is good once and for its time', async (t) => {
  const { it } = await store(t)
  it.openRegistration(DEFAULT_TENANT, { digest: 'd', agent: 'sales', expires: NOW })
  assert.equal(it.registration(DEFAULT_TENANT, 'd', NOW), undefined)
  assert.equal(it.useRegistration(DEFAULT_TENANT, 'd', NOW - 1), true)
  assert.equal(it.useRegistration(DEFAULT_TENANT, 'd', NOW - 1), false)
})

test('a removed key says until when what it proved is void; keys are bounded', async (t) => {
  const { it } = await store(t)
  for (let at = 0; at < AGENT_KEYS_LIMIT; at++) {
    it.addKey(DEFAULT_TENANT, { agent: 'sales', jwk: { ...JWK, kid: `k${at}` }, added: NOW })
  }
  const more = () => it.addKey(DEFAULT_TENANT, { agent: 'sales', jwk: JWK, added: NOW })
  assert.throws(more, { code: 'AGENT_KEY_LIMIT' })
  assert.equal(it.voidUntil(DEFAULT_TENANT, 'sales'), 0)
  assert.equal(it.removeKey(DEFAULT_TENANT, 'sales', { kid: 'k0', now: NOW }), true)
  assert.equal(it.voidUntil(DEFAULT_TENANT, 'sales'), NOW)
  assert.equal(it.voidUntil(ACME, 'sales'), 0)
})
