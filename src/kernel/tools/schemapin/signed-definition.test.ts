import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsFingerprint, dnsName } from './dns-record.ts'
import { domainName } from './domain-name.ts'
import { pinAfter } from './key-pin.ts'
import { schemaHash, verifyChain } from './lineage.ts'
import { signatureDocument, signedDefinition, withSignature } from './signature-document.ts'

const TOOL = { name: 'sum', inputSchema: { type: 'object' } }
const SIGNATURE = { signature: 'AA==', expires_at: '2027-01-01T00:00:00Z' }

test('a signature goes into a definition and comes out of it, and leaves nothing behind', () => {
  const signed = withSignature(TOOL, SIGNATURE)
  assert.deepEqual(signed._meta, { 'portcullis/schemapin': SIGNATURE })
  assert.deepEqual(signedDefinition(signed), { schema: TOOL, signature: SIGNATURE })
  const more = { ...TOOL, _meta: { 'com.example/x': 1 } }
  assert.deepEqual(signedDefinition(withSignature(more, SIGNATURE)).schema, more)
  assert.deepEqual(signedDefinition(more), { schema: more, signature: undefined })
})

test('a signature document is read by its own names', () => {
  assert.deepEqual(signatureDocument({ ...SIGNATURE, domain: null, previous_hash: 'sha256:1' }), {
    ...{ signature: 'AA==', expiresAt: '2027-01-01T00:00:00Z', previousHash: 'sha256:1' },
  })
  for (const value of [null, 'AA==', {}, { signature: 7 }, { signature: 'AA==', domain: 7 }]) {
    assert.throws(() => signatureDocument(value), { step: 'signature_document' })
  }
})

test('a successor names the one before it', () => {
  assert.deepEqual(verifyChain('sha256:1', 'sha256:1'), { holds: true })
  assert.deepEqual(verifyChain(undefined, 'sha256:1'), { holds: false, why: 'no_previous_hash' })
  assert.deepEqual(verifyChain('sha256:2', 'sha256:1'), {
    ...{ holds: false, why: 'mismatch', expected: 'sha256:1', observed: 'sha256:2' },
  })
})

test('the hash of a definition does not depend on its signature', () => {
  // printf '{"inputSchema":{"type":"object"},"name":"sum"}' | sha256sum
  const expected = 'sha256:8556ee1f93ca115818894b7c70662cec29cf3db720ef937ddc438b951497e485'
  assert.equal(schemaHash(TOOL), expected)
  assert.equal(schemaHash(withSignature(TOOL, SIGNATURE)), expected)
})

test('a pin rises and never falls', () => {
  const pin = (level: 'first_use' | 'dns' | 'bundle', since: number) => ({
    ...{ fingerprint: 'sha256:1', level, since },
  })
  assert.deepEqual(pinAfter(pin('dns', 2), pin('first_use', 1)), pin('dns', 1))
  assert.deepEqual(pinAfter(pin('first_use', 2), pin('bundle', 1)), pin('bundle', 1))
  const other = { ...pin('first_use', 2), fingerprint: 'sha256:2' }
  assert.deepEqual(pinAfter(other, pin('bundle', 1)), other)
})

const FINGERPRINT = `sha256:${'ab'.repeat(32)}`
const RECORDS: readonly (readonly [records: readonly string[][], found: string | undefined])[] = [
  [[['v=schemapin1; kid=a; fp=', FINGERPRINT]], FINGERPRINT],
  [[[` fp = ${FINGERPRINT.toUpperCase()} ;V=schemapin1;later=1`]], FINGERPRINT],
  [[['v=spf1'], [`v=schemapin1;fp=${FINGERPRINT}`], ['v=schemapin1;fp=x']], FINGERPRINT],
  [[], undefined],
  [[['v=schemapin10; fp=x']], undefined],
]

for (const [at, [records, found]] of RECORDS.entries()) {
  test(`the records of DNS are read, case ${at + 1}`, () => {
    assert.equal(dnsFingerprint(records), found)
  })
}

for (const record of ['v=schemapin1', `v=schemapin1;fp=${FINGERPRINT};fp=x`, 'v=schemapin1;x']) {
  test(`the record ${record.slice(0, 30)} is malformed`, () => {
    assert.throws(() => dnsFingerprint([[record]]), { code: 'discovery_invalid' })
  })
}

test('a domain is a host name and nothing else', () => {
  assert.equal(domainName('Example.COM.'), 'example.com')
  assert.equal(dnsName('example.com.'), '_schemapin.example.com')
  const others = ['localhost', '127.0.0.1', '[::1]', 'a.b:8443', 'a/../b.c', 'user@a.b', '-a.b', '']
  for (const text of others) assert.equal(domainName(text), undefined, text)
})
