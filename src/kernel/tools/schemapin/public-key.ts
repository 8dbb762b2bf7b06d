import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { decodeBase64 } from '../../tlog/base64.ts'

/** A developer's ECDSA P-256 key. */
export interface DeveloperKey {
  readonly publicKey: KeyObject
  /** `sha256:` and the hex digest of the DER (SchemaPin specification, section 8.2). */
  readonly fingerprint: string
}

/** `sha256:` and 64 hex digits, small ones. */
export const FINGERPRINT = /^sha256:[0-9a-f]{64}$/

/** How such a key begins in DER: id-ecPublicKey, prime256v1, an uncompressed point (RFC 5480). */
const P256_PREFIX = '3059301306072a8648ce3d020106082a8648ce3d03010703420004'
const P256_BYTES = 91

const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/

/**
 * The key in a PEM text, or nothing for any other kind of key and for what is no point of the
 * curve. One key has one spelling here, so that it has one fingerprint.
 */
export function developerKey(pem: string): DeveloperKey | undefined {
  const body = PEM.exec(pem)?.[1]?.replaceAll(/\s/g, '')
  const spki = body === undefined ? undefined : decodeBase64(body)
  if (spki?.length !== P256_BYTES || !hexOf(spki).startsWith(P256_PREFIX)) return undefined
  const publicKey = pointOf(spki)
  return publicKey && { publicKey, fingerprint: `sha256:${hash('sha256', spki, 'hex')}` }
}

/** Nothing for what is no point of the curve. */
function pointOf(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch {
    // OpenSSL says no more than that the key cannot be decoded.
    return undefined
  }
}

/** Is this the key's signature, base64 of DER, over ECDSA-SHA256 of these bytes? */
export function signedBytes(key: DeveloperKey, data: Uint8Array, signature: string): boolean {
  const bytes = decodeBase64(signature)
  if (bytes === undefined) return false
  return verify('sha256', data, { key: key.publicKey, dsaEncoding: 'der' }, bytes)
}

/** How often a schema was hashed before the curve saw it. */
export type Hashed = 'twice' | 'once'

/**
 * What ECDSA-SHA256 signs of a schema. The SDKs for JavaScript, Python and Rust give it the SHA-256
 * digest of the canonical text as the message, so that the text is hashed twice; the one for Go,
 * as the specification's words have it, signs that digest itself.
 */
export function schemaMessage(canonical: string, hashed: Hashed = 'twice'): Uint8Array {
  const text = new TextEncoder().encode(canonical)
  return hashed === 'once' ? text : hash('sha256', text, 'buffer')
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
