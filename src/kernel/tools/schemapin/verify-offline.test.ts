import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../json/value.ts'
import { canonicalForm } from './canonical-form.ts'
import { developerKey, schemaMessage } from './public-key.ts'
import type { SignatureDocument } from './signature-document.ts'
import { type SignatureCase, verifyOffline } from './verify-offline.ts'

const FOLDER = resolve(import.meta.dirname, '../../../../test/conformance/schemapin-vectors')
const vector = (name: string) => JSON.parse(readFileSync(resolve(FOLDER, name), 'utf8'))

const NOW = Date.UTC(2026, 10, 21)
const RULES = {
  ...({ pin: undefined, configured: [], firstUse: 'pin', now: NOW } as const),
  ...({ expired: 'accept', level: 'first_use' } as const),
}
const KEYS = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const OTHER = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const SCHEMA = { name: 'sum', description: 'Adds', inputSchema: { type: 'object' } }

const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString()
const fingerprintIn = (key: KeyObject) => developerKey(pemOf(key))?.fingerprint ?? ''
const FINGERPRINT = fingerprintIn(KEYS.publicKey)
const REVOKED = { domain: 'example.com', revoked_keys: [{ fingerprint: FINGERPRINT }] }

function signed(schema: JsonObject, keys = KEYS): string {
  const message = schemaMessage(canonicalForm(schema, 'javascript'))
  return sign('sha256', message, keys.privateKey).toString('base64')
}

const DISCOVERY = {
  ...{ schema_version: '1.4', developer_name: 'Example', public_key_pem: pemOf(KEYS.publicKey) },
}
const CASE: SignatureCase = {
  ...{ schema: SCHEMA, signature: { signature: signed(SCHEMA) }, domain: 'example.com' },
  ...{ discovery: DISCOVERY, revocations: [], rules: RULES },
}
const hinted = (hints: Partial<SignatureDocument>) => ({
  signature: { ...CASE.signature, ...hints },
})
const discovered = (members: object) => ({ discovery: { ...DISCOVERY, ...members } })

for (const sdk of ['python', 'javascript', 'go']) {
  test(`the published signature of the SDK for ${sdk} holds`, () => {
    const { schema, signature } = vector(`${sdk}-signed.json`)
    const discovery = vector(`${sdk}-well-known.json`)
    const result = verifyOffline({ ...CASE, schema, signature: { signature }, discovery })
    const hashed = sdk === 'go' ? 'once' : 'twice'
    assert.partialDeepStrictEqual(result, { valid: true, pinning: 'first_use', hashed })
  })
}

const { publicKeyPem, cases } = vector('sdk-forms.json')
for (const { name, json, texts, signatures } of cases) {
  for (const form of ['javascript', 'python', 'go'] as const) {
    test(`a signature over what the SDK for ${form} writes holds: ${name}`, () => {
      const discovery = { ...DISCOVERY, public_key_pem: publicKeyPem }
      const signature = { signature: signatures[form] }
      const result = verifyOffline({ ...CASE, schema: JSON.parse(json), signature, discovery })
      assert.ok(result.valid && result.forms.includes(form))
      // Once it is parsed nobody sees that `2` was `2.0`: only Python's text tells.
      const unseen = name === 'whole floats' && form !== 'python'
      const agreed = unseen || new Set(Object.values(texts)).size === 1
      assert.equal(result.warnings.includes('sdks_disagree'), !agreed)
    })
  }
}

test('the result names developer, key, level and hash', () => {
  assert.deepEqual(verifyOffline({ ...CASE, ...hinted({ schemaVersion: '2.1.0' }) }), {
    ...{ valid: true, domain: 'example.com', developer: 'Example', fingerprint: FINGERPRINT },
    ...{
      pinning: 'first_use',
      forms: ['javascript', 'python', 'go', 'rust'],
      expired: false,
      hashed: 'twice',
    },
    ...{ schemaHash: 'sha256:8917e91d01c5621d70b7b92d4dab141a7778fa1e038d0d420c04afd6dd652a3c' },
    ...{ schemaVersion: '2.1.0', warnings: [] },
  })
})

const THRICE = hash('sha256', schemaMessage(canonicalForm(SCHEMA, 'go')), 'buffer')

type Refusal = readonly [step: string, code: string, change: Partial<SignatureCase>]
const rules = (changed: Partial<SignatureCase['rules']>) => ({ rules: { ...RULES, ...changed } })
const pinned = (fingerprint: string) => ({
  pin: { fingerprint, level: 'first_use', since: 0 } as const,
})
const OTHER_FINGERPRINT = fingerprintIn(OTHER.publicKey)
const P384 = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)

const REFUSED: Readonly<Record<string, Refusal>> = {
  'another canonical form, although everything else is wrong too': [
    ...(['canonicalization', 'canonicalization_unsupported'] as const),
    { ...hinted({ canonicalization: 'jcs' }), discovery: null },
  ],
  'no discovery document': ['discovery', 'discovery_invalid', { discovery: null }],
  'a document without a version': [
    ...(['discovery', 'discovery_invalid', discovered({ schema_version: undefined })] as const),
  ],
  'a list of revoked keys that is no list': [
    ...(['discovery', 'discovery_invalid', discovered({ revoked_keys: FINGERPRINT })] as const),
  ],
  'a key of another curve': ['key', 'key_not_found', discovered({ public_key_pem: P384 })],
  'a key that is no key': [
    ...([
      'key',
      'key_not_found',
      discovered({ public_key_pem: '-----BEGIN PUBLIC KEY-----' }),
    ] as const),
  ],
  'another key in DNS': [
    ...(['key', 'domain_mismatch'] as const),
    { dns: [[`v=schemapin1; fp=${OTHER_FINGERPRINT}`]] },
  ],
  'a malformed record in DNS': [
    ...(['key', 'discovery_invalid', { dns: [['v=schemapin1; fp=sha1:00']] }] as const),
  ],
  'the key in the list of the document': [
    ...(['revocation', 'key_revoked', discovered({ revoked_keys: [FINGERPRINT] })] as const),
  ],
  'the key in that list in capitals': [
    ...(['revocation', 'key_revoked'] as const),
    discovered({ revoked_keys: [FINGERPRINT.toUpperCase()] }),
  ],
  'the key in a standalone document': [
    ...(['revocation', 'key_revoked', { revocations: [REVOKED] }] as const),
  ],
  'a revocation document that cannot be read': [
    ...([
      'revocation',
      'discovery_invalid',
      { revocations: [{ domain: 'example.com', revoked_keys: 7 }] },
    ] as const),
  ],
  'a revocation document of somebody else': [
    ...(['revocation', 'domain_mismatch', { revocations: [{ domain: 'example.org' }] }] as const),
  ],
  'another key than is pinned': ['pin', 'key_pin_mismatch', rules(pinned(OTHER_FINGERPRINT))],
  'another key than is configured, although it is pinned': [
    ...(['pin', 'key_pin_mismatch'] as const),
    rules({ ...pinned(FINGERPRINT), configured: [OTHER_FINGERPRINT] }),
  ],
  'a key that nobody confirmed, where that is asked': [
    ...(['pin', 'key_unconfirmed', rules({ firstUse: 'refuse' })] as const),
  ],
  'a schema without a canonical form': [
    ...(['schema', 'schema_canonicalization_failed', { schema: { a: '\ud800' } }] as const),
  ],
  'another description': [
    ...([
      'signature',
      'signature_invalid',
      { schema: { ...SCHEMA, description: 'Adds.' } },
    ] as const),
  ],
  'the signature of another key': [
    ...(['signature', 'signature_invalid', hinted({ signature: signed(SCHEMA, OTHER) })] as const),
  ],
  'a digest that was hashed three times': [
    ...(['signature', 'signature_invalid'] as const),
    hinted({ signature: sign('sha256', THRICE, KEYS.privateKey).toString('base64') }),
  ],
  'what is no base64': ['signature', 'signature_invalid', hinted({ signature: '%' })],
  'an expired signature, where that is asked': [
    ...(['result', 'signature_expired'] as const),
    { ...hinted({ expiresAt: '2026-01-01T00:00:00Z' }), ...rules({ expired: 'refuse' }) },
  ],
  'an end that nobody can read, where that is asked': [
    ...(['result', 'signature_expired'] as const),
    { ...hinted({ expiresAt: 'tomorrow' }), ...rules({ expired: 'refuse' }) },
  ],
}

for (const [name, [step, code, change]] of Object.entries(REFUSED)) {
  test(`a signature is refused with ${name}`, () => {
    const result = verifyOffline({ ...CASE, ...change })
    assert.partialDeepStrictEqual(result, { valid: false, step, code, domain: 'example.com' })
  })
}

const ACCEPTED: Readonly<Record<string, readonly [change: Partial<SignatureCase>, has: object]>> = {
  'an expired signature is degraded, as the specification has it': [
    hinted({ expiresAt: '2026-01-01T00:00:00Z' }),
    { expired: true, warnings: ['signature_expired'], expiresAt: '2026-01-01T00:00:00Z' },
  ],
  'an end that nobody can read is a warning': [
    hinted({ expiresAt: 'tomorrow' }),
    { expired: false, warnings: ['signature_expires_at_unparseable'] },
  ],
  'an end to come': [hinted({ expiresAt: '2027-01-01T00:00:00+01:00' }), { warnings: [] }],
  'the pinned key': [rules(pinned(FINGERPRINT)), { pinning: 'pinned' }],
  'a new key that the configuration names in place of the pinned one': [
    rules({ ...pinned(OTHER_FINGERPRINT), configured: [FINGERPRINT] }),
    { pinning: 'first_use' },
  ],
  'a key that DNS confirms, where that is asked': [
    { dns: [['other'], ['v=schemapin1;', ` fp=${FINGERPRINT}`]], ...rules({ firstUse: 'refuse' }) },
    { pinning: 'first_use' },
  ],
  'a domain without a record': [{ dns: [['v=spf1 -all']] }, { valid: true }],
  'an old document': [
    discovered({ schema_version: '1.1' }),
    { warnings: ['discovery_version_old'] },
  ],
  'version 1.10, which is newer than 1.2': [
    discovered({ schema_version: '1.10' }),
    { warnings: [] },
  ],
}

for (const [name, [change, has]] of Object.entries(ACCEPTED)) {
  test(`a signature holds with ${name}`, () => {
    assert.partialDeepStrictEqual(verifyOffline({ ...CASE, ...change }), { valid: true, ...has })
  })
}

test('a key in the compressed form is refused: one key has one fingerprint', () => {
  const { x = '', y = '' } = KEYS.publicKey.export({ format: 'jwk' })
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')
  const der = Buffer.concat([head, Buffer.from([2 + odd]), Buffer.from(x, 'base64url')])
  const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`
  assert.ok(createPublicKey(pem))
  assert.equal(developerKey(pem), undefined)
})
