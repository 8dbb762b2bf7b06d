/** Root keys sign trust documents and nothing else. They are kept offline. */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { PortcullisError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from '../tlog/base64.ts'

export type RootAlgorithm = 'Ed25519' | 'ML-DSA-65'

/** The public half of a root key, as a trust document lists it. */
export interface RootKey {
  readonly alg: RootAlgorithm
  /** SHA-256 of the public key in DER, in hex: what people compare. */
  readonly id: string
  /** SubjectPublicKeyInfo in DER, in base64: OpenSSL reads it as it is. */
  readonly spki: string
}

/** How a public key of each kind begins in DER, and how long the key and its signatures are. */
const SHAPES: Readonly<Record<RootAlgorithm, { prefix: string; bytes: number; signed: number }>> = {
  // RFC 8410 section 4.
  Ed25519: { prefix: '302a300506032b6570032100', bytes: 44, signed: 64 },
  // RFC 9881 section 4.
  'ML-DSA-65': {
    prefix: '308207b2300b0609608648016503040312038207a100',
    bytes: 1974,
    signed: 3309,
  },
}

/**
 * A root key from its public half in DER.
 * @throws PortcullisError `ROOT_KEY_INVALID` for any other kind of key.
 */
export function rootKeyOf(der: Uint8Array): RootKey {
  const start = hexOf(der.subarray(0, 22))
  for (const alg of ['Ed25519', 'ML-DSA-65'] as const) {
    const { prefix, bytes } = SHAPES[alg]
    if (der.length !== bytes || !start.startsWith(prefix)) continue
    return { alg, id: hash('sha256', der, 'hex'), spki: encodeBase64(der) }
  }
  throw new PortcullisError('ROOT_KEY_INVALID', 'the key is neither Ed25519 nor ML-DSA-65')
}

/** Do the parts of a listed root key belong together? */
export function isRootKey({ alg, id, spki }: RootKey): boolean {
  const der = decodeBase64(spki)
  if (der === undefined) return false
  try {
    const key = rootKeyOf(der)
    return key.alg === alg && key.id === id
  } catch (error) {
    if (error instanceof PortcullisError) return false
    throw error
  }
}

/** Did the holder of this root key sign these bytes? */
export function rootSigned(key: RootKey, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SHAPES[key.alg].signed) return false
  return verify(null, data, publicKeyOf(key), signature)
}

function publicKeyOf({ spki }: RootKey): KeyObject {
  const der = decodeBase64(spki)
  if (der === undefined) throw new PortcullisError('ROOT_KEY_INVALID', 'the key is no base64')
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
