import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { toolSigner } from '../../../test/support/tool-signer.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { SignatureDocument } from '../../kernel/tools/schemapin/signature-document.ts'
import { verifyOffline } from '../../kernel/tools/schemapin/verify-offline.ts'
import { signDefinition, signingKey } from './sign-definition.ts'

const SIGNER = toolSigner()
const TOOL = { name: 'sum', description: 'Adds', inputSchema: { type: 'object' } }
const HINTS = { domain: 'example.com', signedAt: '2026-11-21T00:00:00Z' }

function verified(schema: JsonObject, { signature }: JsonObject) {
  const document: SignatureDocument = { signature: String(signature) }
  const rules = {
    ...({ pin: undefined, configured: [], firstUse: 'pin', now: 0 } as const),
    ...({ expired: 'accept', level: 'first_use' } as const),
  }
  const discovery = SIGNER.document
  return verifyOffline({
    ...{ schema, signature: document, domain: 'example.com', discovery, revocations: [], rules },
  })
}

test('what we sign holds, whether or not it bears a signature already', () => {
  const signature = SIGNER.sign(TOOL, { expiresAt: '2027-01-01T00:00:00Z' })
  assert.partialDeepStrictEqual(signature, {
    ...{ schemapin_version: '1.4', domain: 'example.com', signed_at: '2026-11-21T00:00:00Z' },
    ...{ expires_at: '2027-01-01T00:00:00Z', signer_kid: SIGNER.fingerprint },
  })
  assert.equal(verified(TOOL, signature).valid, true)
  assert.equal(verified(TOOL, SIGNER.sign(SIGNER.signed(TOOL))).valid, true)
})

const UNSIGNABLE: Readonly<Record<string, string>> = {
  integer_keys: '{"name":"t","x":{"9":1,"10":2}}',
  astral_keys: '{"name":"t","\\uffff":1,"😀":2}',
  number: '{"name":"t","x":1e-7}',
  whole_float: '{"name":"t","x":1.0}',
  escaped_text: '{"name":"t","description":"a < b"}',
}

for (const [trap, text] of Object.entries(UNSIGNABLE)) {
  test(`a schema on which the SDKs disagree is not signed: ${trap}`, () => {
    const definition = JSON.parse(text)
    const options = { key: SIGNER.key, hints: HINTS, text }
    assert.throws(() => signDefinition(definition, options), {
      code: 'SCHEMA_UNSIGNABLE',
      message: new RegExp(`of \`t\`: \`${trap}\``),
    })
    const chosen = signDefinition(definition, { ...options, form: 'python' })
    assert.equal(verified(definition, chosen).valid, true)
  })
}

test('only P-256 signs', () => {
  for (const { privateKey } of [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ]) {
    assert.throws(() => signingKey(privateKey), { code: 'KEYS_INVALID' })
  }
})
