import assert from 'node:assert/strict'
import { hash, X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type Minted, mint, mintRoot } from '../../../test/support/certificates.ts'
import { agentId, newKey, ownAuthority, TRUST_DOMAIN } from '../../../test/support/own-authority.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import { formatSpiffeId } from '../../kernel/identity/spiffe-id.ts'
import type { Authorities } from './read-svid.ts'
import { svidIdentities } from './svid-identities.ts'

const HOUR = 3_600_000
const DIGEST = `sha256:${'0a'.repeat(32)}`
const agents = new Set(['sales', 'research'])

function sourceOver(authorities: (now: number) => Authorities) {
  return svidIdentities({
    authorities,
    declared: ({ kind, id }) =>
      kind === 'agent' && agents.has(id)
        ? { principal: { kind, id, roles: [id] }, version: '1.4.0' }
        : undefined,
  })
}

function presented(pem: string): Credential {
  const { raw } = new X509Certificate(pem)
  const certificate = { der: raw, thumbprint: hash('sha256', raw, 'base64url') }
  return { kind: 'certificate', certificate }
}

async function setUp(t: TestContext) {
  const { authority, open } = await ownAuthority(t)
  const source = sourceOver((now) => authority.at(now))
  const issue = (id: string, { ttlMs = HOUR, now = Date.now(), digest = DIGEST } = {}) => {
    const { publicKey } = newKey()
    return authority.issue({ id: agentId(id), publicKey, now, ttlMs, digest })
  }
  return { authority, open, source, issue }
}

test('an SVID proves its agent, with the attested code and what can be taken back', async (t) => {
  const { source, issue } = await setUp(t)
  const now = Date.now()
  const { cert, serial, expires } = await issue('sales', { now })
  assert.deepEqual(await source.verify(presented(cert), now), {
    tenant: 'default',
    principal: { kind: 'agent', id: 'sales', roles: ['sales'] },
    chain: [
      {
        kind: 'agent',
        id: 'sales',
        via: 'svid',
        session: serial,
        digest: DIGEST,
        version: '1.4.0',
      },
    ],
    credential: { id: serial, issued: Math.floor(now / 1000) * 1000, expires },
  })
})

test('an SVID is good from its first moment to its last, at every request', async (t) => {
  const { source, issue } = await setUp(t)
  const now = Date.now()
  const { cert, expires } = await issue('sales', { now })
  await source.verify(presented(cert), now)
  await source.verify(presented(cert), expires - 1)
  await assert.rejects(source.verify(presented(cert), expires), { code: 'IDENTITY_EXPIRED' })
  const before = now - 2 * 60_000
  await assert.rejects(source.verify(presented(cert), before), { code: 'IDENTITY_EXPIRED' })
})

test('an agent that is no longer declared is nobody, though its SVID is good', async (t) => {
  const { source, issue } = await setUp(t)
  const { cert } = await issue('research')
  await source.verify(presented(cert), Date.now())
  agents.delete('research')
  t.after(() => agents.add('research'))
  await assert.rejects(source.verify(presented(cert), Date.now()), { code: 'IDENTITY_UNKNOWN' })
})

test('a service that nobody declared is nobody, though its name is an agent’s', async (t) => {
  const { authority, source } = await setUp(t)
  const { publicKey } = newKey()
  const id = { ...agentId('sales'), kind: 'service' } as const
  const { cert } = await authority.issue({ id, publicKey, now: Date.now(), ttlMs: HOUR })
  await assert.rejects(source.verify(presented(cert), Date.now()), { code: 'IDENTITY_UNKNOWN' })
})

test('what is no certificate is for other sources', async (t) => {
  const { source } = await setUp(t)
  await assert.rejects(source.verify({ kind: 'none' }, 0), { code: 'IDENTITY_MISSING' })
})

const ROOT = await mintRoot({ names: [{ type: 'url', value: `spiffe://${TRUST_DOMAIN}` }] })
const URI = { type: 'url', value: formatSpiffeId(agentId('sales')) } as const
const { keyCertSign, digitalSignature, keyAgreement } = {
  ...{ keyCertSign: 32, digitalSignature: 1, keyAgreement: 16 },
}

const BAD: readonly [title: string, certificate: Minted, code: string][] = [
  ['a certificate without a name', await mint({}, ROOT), 'SVID_INVALID'],
  [
    'a certificate with a DNS name alone',
    await mint({ names: [{ type: 'dns', value: 'sales' }] }, ROOT),
    'SVID_INVALID',
  ],
  [
    'a certificate with two URIs, one ours',
    await mint({ names: [URI, { type: 'url', value: 'https://example.com' }] }, ROOT),
    'SVID_INVALID',
  ],
  ['a certificate that names ours twice', await mint({ names: [URI, URI] }, ROOT), 'SVID_INVALID'],
  [
    'a certificate of a foreign trust domain',
    await mint({ names: [{ type: 'url', value: 'spiffe://evil/t/default/agent/sales' }] }, ROOT),
    'SVID_FOREIGN',
  ],
  [
    'a certificate that names the trust domain',
    await mint({ names: [{ type: 'url', value: `spiffe://${TRUST_DOMAIN}` }] }, ROOT),
    'SVID_FOREIGN',
  ],
  [
    'an authority under our root',
    await mint({ names: [URI], ca: true, usages: digitalSignature }, ROOT),
    'SVID_INVALID',
  ],
  [
    'a key that may certify',
    await mint({ names: [URI], usages: digitalSignature | keyCertSign }, ROOT),
    'SVID_INVALID',
  ],
  [
    'a key that may not sign',
    await mint({ names: [URI], usages: keyAgreement }, ROOT),
    'SVID_INVALID',
  ],
  ['a certificate that signed itself', await mint({ names: [URI] }), 'SVID_UNTRUSTED'],
  [
    'a certificate of an authority with the name of ours',
    await mint({ names: [URI] }, await mintRoot({ subject: ROOT.x509.subject })),
    'SVID_UNTRUSTED',
  ],
]

test('a certificate of the same shape as the bad ones is accepted', async () => {
  const source = sourceOver(() => ({ trustDomain: TRUST_DOMAIN, roots: [ROOT.cert] }))
  const { cert } = await mint({ names: [URI, { type: 'dns', value: 'localhost' }] }, ROOT)
  const { principal } = await source.verify(presented(cert), Date.now())
  assert.equal(principal.id, 'sales')
})

for (const [title, { cert }, code] of BAD) {
  test(`${title} is refused with ${code}`, async () => {
    const source = sourceOver(() => ({ trustDomain: TRUST_DOMAIN, roots: [ROOT.cert] }))
    await assert.rejects(source.verify(presented(cert), Date.now()), { code })
  })
}

test('bytes that are no certificate are refused', async () => {
  const source = sourceOver(() => ({ trustDomain: TRUST_DOMAIN, roots: [ROOT.cert] }))
  const certificate = { der: new Uint8Array([0x30, 0x80]), thumbprint: 'x' }
  await assert.rejects(source.verify({ kind: 'certificate', certificate }, 0), {
    code: 'SVID_INVALID',
  })
})

test('in a rotation SVIDs of both roots count, until the old root has retired', async (t) => {
  const { authority, source, issue } = await setUp(t)
  const now = Date.now()
  const old = presented((await issue('sales', { ttlMs: 20 * HOUR })).cert)
  await authority.rotate(now, { emergency: false })
  assert.equal(authority.roots(now).length, 2, 'the next root is announced')
  const announced = presented((await issue('sales', { now })).cert)
  const [before, next] = authority.at(now).roots.map((pem) => new X509Certificate(pem))
  const rootOf = async (at: number) => {
    const leaf = new X509Certificate((await issue('sales', { now: at })).cert)
    return [before, next].findIndex((root) => root && leaf.verify(root.publicKey))
  }
  assert.equal(await rootOf(now), 0, 'and signs nothing yet')
  assert.equal(await rootOf(now + HOUR), 1, 'then it signs')
  await source.verify(old, now)
  await source.verify(announced, now)
  await source.verify(old, now + 19 * HOUR)
  assert.equal(authority.roots(now + 30 * HOUR).length, 1)
})

test('in an emergency no SVID of the old root counts any more, seen before or not', async (t) => {
  const { authority, source, issue } = await setUp(t)
  const now = Date.now()
  const [seen, unseen] = [await issue('sales'), await issue('sales')]
  await source.verify(presented(seen.cert), now)
  await authority.rotate(now, { emergency: true })
  for (const { cert } of [seen, unseen]) {
    await assert.rejects(source.verify(presented(cert), now), { code: 'SVID_UNTRUSTED' })
  }
  await source.verify(presented((await issue('sales')).cert), Date.now())
})
