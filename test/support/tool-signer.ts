import { generateKeyPairSync } from 'node:crypto'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { withSignature } from '../../src/kernel/tools/schemapin/signature-document.ts'
import { signDefinition, signingKey } from '../../src/sources/schemapin/sign-definition.ts'

/** Somebody who signs tools, with a key of their own. */
export function toolSigner(domain = 'example.com') {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { fingerprint, pem } = signingKey(key)
  const hints = { domain, signedAt: '2026-11-21T00:00:00Z' }
  const sign = (definition: JsonObject, more: object = {}) =>
    signDefinition(definition, { key, hints: { ...hints, ...more } })
  return {
    ...{ key, fingerprint, sign },
    signed: (definition: JsonObject, more: object = {}) =>
      withSignature(definition, sign(definition, more)),
    document: { schema_version: '1.4', developer_name: 'Example', public_key_pem: pem },
  }
}
