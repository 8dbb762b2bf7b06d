import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { canonicalForm, type Form } from '../../kernel/tools/schemapin/canonical-form.ts'
import { disagreements } from '../../kernel/tools/schemapin/disagreements.ts'
import {
  type DeveloperKey,
  developerKey,
  schemaMessage,
} from '../../kernel/tools/schemapin/public-key.ts'
import { signedDefinition } from '../../kernel/tools/schemapin/signature-document.ts'

export interface SigningHints {
  readonly domain: string
  /** RFC 3339, both. */
  readonly signedAt: string
  readonly expiresAt?: string
  readonly schemaVersion?: string
  readonly previousHash?: string
}

export interface SigningOptions {
  readonly key: KeyObject
  readonly hints: SigningHints
  /** The JSON that the definition was read from: it shows what the value no longer does. */
  readonly text?: string
  /** Signs what one SDK writes, although others write something else. */
  readonly form?: Form
}

/**
 * The signature document of a tool's definition. A signature that is in it already is not signed.
 * @throws PortcullisError `SCHEMA_UNSIGNABLE` where the SDKs would disagree; `JSON_UNSUPPORTED`.
 */
export function signDefinition(definition: JsonObject, options: SigningOptions): JsonObject {
  const { key, hints, text, form } = options
  const { schema } = signedDefinition(definition)
  if (form === undefined) refuseTraps(schema, text)
  const canonical = canonicalForm(schema, form ?? 'javascript')
  const signature = sign('sha256', schemaMessage(canonical), { key, dsaEncoding: 'der' })
  const { signedAt, expiresAt, schemaVersion, previousHash, domain } = hints
  return {
    schemapin_version: '1.4',
    domain,
    signature: signature.toString('base64'),
    signed_at: signedAt,
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(schemaVersion !== undefined && { schema_version: schemaVersion }),
    ...(previousHash !== undefined && { previous_hash: previousHash }),
    signer_kid: signingKey(key).fingerprint,
  }
}

function refuseTraps(schema: JsonObject, text: string | undefined): void {
  const found = disagreements(schema, text)
  if (found.length === 0) return
  const name = typeof schema.name === 'string' ? ` of \`${schema.name}\`` : ''
  const told = found.map(({ trap, where }) => `\`${trap}\` at \`${where}\``).join(', ')
  throw new PortcullisError('SCHEMA_UNSIGNABLE', `the SDKs disagree on the schema${name}: ${told}`)
}

/** The public half. @throws PortcullisError `KEYS_INVALID` for another kind of key. */
export function signingKey(key: KeyObject): DeveloperKey & { readonly pem: string } {
  const pem = createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString()
  const known = developerKey(pem)
  if (known !== undefined) return { ...known, pem }
  throw new PortcullisError('KEYS_INVALID', 'SchemaPin signs with an ECDSA P-256 key')
}
