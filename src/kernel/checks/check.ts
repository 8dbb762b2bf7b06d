/**
 * Verification as a conversation. A check knows every rule and no cryptography: it asks for a
 * digest, or whether a signature is right, and goes on with the answer. `answer-now.ts` answers
 * with the crypto of Node, `answer-web.ts` with that of a browser, which takes its time. So the
 * rules are written once.
 */
import { codeOf, PortcullisError } from '../errors.ts'

export type SignatureAlgorithm = 'Ed25519' | 'ML-DSA-44' | 'ML-DSA-65'

export interface SignatureQuestion {
  readonly algorithm: SignatureAlgorithm
  /** The public key as SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array
  readonly data: Uint8Array
  readonly signature: Uint8Array
}

export type Question =
  | { readonly kind: 'digest'; readonly data: Uint8Array }
  | ({ readonly kind: 'signature' } & SignatureQuestion)

/** A SHA-256 digest, or whether the signature is right; nothing if that cannot be told here. */
export type Answer = Uint8Array | boolean | undefined

export type Check<T> = Generator<Question, T, Answer>

/** Asks for the SHA-256 digest of some bytes. */
export function* sha256(data: Uint8Array): Check<Uint8Array> {
  const answer = yield { kind: 'digest', data }
  if (answer instanceof Uint8Array) return answer
  throw new PortcullisError('INTERNAL', 'a digest was answered with something else')
}

/** The same in lower-case hex. */
export function* sha256Hex(data: Uint8Array): Check<string> {
  return hexOf(yield* sha256(data))
}

/** Asks whether a signature is right; throws `ALGORITHM_UNSUPPORTED` where nobody can tell. */
export function* isSigned(question: SignatureQuestion): Check<boolean> {
  const answer = yield { kind: 'signature', ...question }
  if (typeof answer === 'boolean') return answer
  throw new PortcullisError('ALGORITHM_UNSUPPORTED', `no \`${question.algorithm}\` here`)
}

/** What the check returns, or nothing where it needs an algorithm that there is not here. */
export function* ifSupported<T>(check: Check<T>): Check<T | undefined> {
  try {
    return yield* check
  } catch (error) {
    if (codeOf(error) === 'ALGORITHM_UNSUPPORTED') return undefined
    throw error
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
