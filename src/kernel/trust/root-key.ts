/** Root keys sign trust documents and nothing else. They are kept offline. */
import { atOnce } from '../checks/answer-now.ts'
import { type Check, hexOf, ifSupported, isSigned, sha256Hex } from '../checks/check.ts'
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
export function* rootKeyCheck(der: Uint8Array): Check<RootKey> {
  const start = hexOf(der.subarray(0, 22))
  for (const alg of ['Ed25519', 'ML-DSA-65'] as const) {
    const { prefix, bytes } = SHAPES[alg]
    if (der.length !== bytes || !start.startsWith(prefix)) continue
    return { alg, id: yield* sha256Hex(der), spki: encodeBase64(der) }
  }
  throw new PortcullisError('ROOT_KEY_INVALID', 'the key is neither Ed25519 nor ML-DSA-65')
}

/** `rootKeyCheck`, at once. */
export const rootKeyOf = atOnce(rootKeyCheck)

/** Do the parts of a listed root key belong together? */
export function* isRootKeyCheck({ alg, id, spki }: RootKey): Check<boolean> {
  const der = decodeBase64(spki)
  if (der === undefined) return false
  try {
    const key = yield* rootKeyCheck(der)
    return key.alg === alg && key.id === id
  } catch (error) {
    if (error instanceof PortcullisError) return false
    throw error
  }
}

/**
 * Did the holder of this root key sign these bytes? Where the platform does not know the algorithm
 * nobody can tell, and the signature does not count.
 */
export function* rootSignedCheck(
  { alg: algorithm, spki }: RootKey,
  data: Uint8Array,
  signature: Uint8Array,
): Check<boolean> {
  const der = decodeBase64(spki)
  if (der === undefined || signature.length !== SHAPES[algorithm].signed) return false
  return (yield* ifSupported(isSigned({ algorithm, spki: der, data, signature }))) ?? false
}

/** `rootSignedCheck`, at once. */
export const rootSigned = atOnce(rootSignedCheck)
