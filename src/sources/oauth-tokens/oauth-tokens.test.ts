import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { JWTPayload } from 'jose'
import type { Consent } from '../../pipeline/ports.ts'
import { dpopNonces } from '../dpop-nonces.ts'
import { dpopProofs } from '../dpop-proof.ts'
import { signToken } from '../runtime-tokens.ts'
import { audienceOf, oauthTokens } from './oauth-tokens.ts'

const ISSUER = 'https://gate.example'
const NOW = Date.parse('2026-11-21T12:00:00Z')
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const CONSENT: Consent = {
  ...{ id: 'default.c', human: 'alice', via: 'password', mfaVerified: true, roles: ['staff'] },
  ...{ attributes: { clearance: 'secret' }, begun: NOW, expires: NOW + 1_000_000 },
}
const CLAIMS = { kind: 'agent', tenant: 'default', client_id: 'sales', scope: 'desk.*' }
const ALICE = { sub_jti: undefined, kind: 'human', sid: CONSENT.id }

interface World {
  voidUntil?: number
  consent?: Consent | undefined
  clients?: readonly string[]
}

function source({ voidUntil = 0, consent = CONSENT, clients = ['~c'] }: World = {}) {
  const agents = ['sales', 'helper']
  return oauthTokens({
    ...{ issuer: () => ISSUER, publicKey, proofs: dpopProofs() },
    nonces: dpopNonces(new Uint8Array(32)),
    principal: (_tenant, { kind, id }) =>
      kind === 'agent' && agents.includes(id) ? { kind, id, roles: ['seller'] } : undefined,
    store: {
      voidUntil: () => voidUntil,
      consent: (_tenant, id) => (id === consent?.id ? consent : undefined),
      client: (_tenant, id) =>
        clients.includes(id)
          ? { id, agent: 'sales', keys: [], redirectUris: [], registered: 0 }
          : undefined,
    },
  })
}

const token = (more: JWTPayload = {}, subject = 'sales') => {
  const kind = { type: 'at+jwt', issuer: ISSUER, audience: audienceOf(ISSUER) }
  const claims = { subject, id: 'j1', now: NOW, ttlMs: 600_000, more: { ...CLAIMS, ...more } }
  return signToken(claims, kind, privateKey)
}
const bearer = (text: string, loopback = true) =>
  ({ kind: 'bearer', token: text, loopback }) as const

test('a token that is bound to nothing is taken from this machine only', async () => {
  const plain = await token()
  const { principal, scopes, credential } = await source().verify(bearer(plain), NOW)
  assert.deepEqual([principal.id, scopes], ['sales', ['desk.*']])
  assert.deepEqual(credential, { id: 'j1', issued: NOW, expires: NOW + 600_000 })
  const far = source().verify(bearer(plain, false), NOW)
  await assert.rejects(far, { code: 'IDENTITY_UNBOUND' })
})

test('a token bound to a certificate is taken with that one, from anywhere', async () => {
  const bound = await token({ cnf: { 'x5t#S256': 'mine' } })
  const certificate = (thumbprint: string) => ({ der: new Uint8Array(), thumbprint })
  const shown = { ...bearer(bound, false), certificate: certificate('mine') }
  assert.equal((await source().verify(shown, NOW)).chain[0]?.via, 'mtls-jwt')
  for (const credential of [
    bearer(bound),
    { ...bearer(bound), certificate: certificate('another') },
  ]) {
    await assert.rejects(source().verify(credential, NOW), { code: 'IDENTITY_UNPROVED' })
  }
})

test('a token of a human who consented names both, and what the login said', async () => {
  const delegated = await token({ ...ALICE, act: { sub: 'sales', kind: 'agent' } }, 'alice')
  const identity = await source().verify(bearer(delegated), NOW)
  assert.deepEqual(identity.human, {
    ...{ kind: 'human', id: 'alice', roles: ['staff'], attributes: { clearance: 'secret' } },
  })
  assert.deepEqual(identity.session, { id: CONSENT.id, mfa_verified: true })
  assert.deepEqual(identity.chain, [
    { kind: 'human', id: 'alice', via: 'delegated', session: CONSENT.id },
    { kind: 'agent', id: 'sales', via: 'bearer-jwt', session: 'j1' },
  ])
})

test('what a token was based on has to be there at every use', async () => {
  const act = { act: { sub: 'sales', kind: 'agent' } }
  const cases: readonly [World, JWTPayload, string, string][] = [
    [{ consent: undefined }, { ...ALICE, ...act }, 'alice', 'IDENTITY_EXPIRED'],
    [{ voidUntil: NOW }, {}, 'sales', 'IDENTITY_EXPIRED'],
    [{ voidUntil: NOW }, { act: { sub: 'helper', kind: 'agent' } }, 'sales', 'IDENTITY_EXPIRED'],
    [{}, { act: { sub: 'gone', kind: 'agent' } }, 'sales', 'IDENTITY_UNKNOWN'],
    [{}, { client_id: `~${'c'.repeat(22)}` }, 'sales', 'IDENTITY_UNKNOWN'],
  ]
  for (const [world, more, subject, code] of cases) {
    const told = Object.assign({}, 'consent' in world ? { consent: NOBODY } : {}, omit(world))
    const verified = source(told).verify(bearer(await token(more, subject)), NOW)
    await assert.rejects(verified, { code })
  }
})

/** A consent of somebody else: `undefined` would mean the usual one. */
const NOBODY: Consent = { ...CONSENT, id: 'default.other' }

function omit({ consent: _gone, ...world }: World): World {
  return world
}

test('a token that was good once expires all the same', async () => {
  const tokens = source()
  const plain = await token()
  await tokens.verify(bearer(plain), NOW)
  const late = tokens.verify(bearer(plain), NOW + 600_000)
  await assert.rejects(late, { code: 'IDENTITY_EXPIRED' })
})

test('only tokens of this issuer look like ours', async () => {
  const tokens = source()
  assert.ok(tokens.fits(bearer(await token())))
  for (const text of ['', 'opaque', 'a.b.c', `${await token()}${'x'.repeat(5_000)}`]) {
    assert.ok(!tokens.fits(bearer(text)))
  }
})
