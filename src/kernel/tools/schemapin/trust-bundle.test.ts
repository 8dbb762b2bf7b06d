import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { canonicalForm } from './canonical-form.ts'
import { isBundleExpired, readTrustBundle } from './trust-bundle.ts'

const FIXTURE = resolve(
  import.meta.dirname,
  '../../../../test/conformance/schemapin-vectors/signed-bundle.json',
)
const PUBLISHED = JSON.parse(readFileSync(FIXTURE, 'utf8'))

function bundleOf(value: unknown) {
  const read = readTrustBundle(value)
  assert.ok(read.ok, 'message' in read ? read.message : '')
  return read.bundle
}

test('the published cross-language fixture holds', () => {
  const { documents, authority } = bundleOf(PUBLISHED)
  assert.deepEqual([...documents.keys()], ['example.com'])
  assert.equal(authority?.kid, 'schemapin-bundle-authority-2026')
})

test('a bundle that we signed holds, and one that nobody signed has no authority', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const bundle = { documents: [], bundle_authority: { kid: 'k', public_key_pem: pem } }
  const text = canonicalForm({ ...bundle, signature: '' }, 'python')
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64')
  assert.equal(bundleOf({ ...bundle, signature }).authority?.kid, 'k')
  assert.equal(bundleOf({ documents: [] }).authority, undefined)
})

const [DOCUMENT] = PUBLISHED.documents
const BROKEN: Readonly<Record<string, readonly [code: string, bundle: unknown]>> = {
  'a document that was exchanged': [
    ...(['signature_invalid'] as const),
    { ...PUBLISHED, documents: [{ ...DOCUMENT, domain: 'evil.example' }] },
  ],
  'a later end': ['signature_invalid', { ...PUBLISHED, expires_at: '2199-01-01T00:00:00Z' }],
  'a member more': ['signature_invalid', { ...PUBLISHED, also: 1 }],
  'its signature taken off': ['bundle_unsigned', { ...PUBLISHED, signature: undefined }],
  'its authority taken off': ['bundle_unsigned', { ...PUBLISHED, bundle_authority: undefined }],
  'two documents of one domain': ['discovery_invalid', { documents: [DOCUMENT, DOCUMENT] }],
  'a document of nobody': ['discovery_invalid', { documents: [{}] }],
  'nothing in it': ['discovery_invalid', null],
}

for (const [name, [code, bundle]] of Object.entries(BROKEN)) {
  test(`a bundle is refused with ${name}`, () => {
    assert.partialDeepStrictEqual(readTrustBundle(bundle), { ok: false, code })
  })
}

test('a bundle ends when it says so, or when nobody can read what it says', () => {
  const ending = (end: unknown) => bundleOf({ documents: [], expires_at: end })
  const now = Date.UTC(2026, 0, 1)
  assert.equal(isBundleExpired(ending('2026-01-01T00:00:01Z'), now), false)
  assert.equal(isBundleExpired(ending('2026-01-01T00:00:00Z'), now), true)
  assert.equal(isBundleExpired(ending('soon'), now), true)
  assert.equal(isBundleExpired(bundleOf({ documents: [] }), now), false)
})
