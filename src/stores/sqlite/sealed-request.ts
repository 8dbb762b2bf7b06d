import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Whose request it is, and when. A request that was moved to another receipt does not open. */
export interface RequestPlace {
  readonly receipt: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Of the subject whose key seals it. Files of before have none. */
  readonly pseudonym?: string
}

/** The keys of subjects, by their pseudonyms; of one that was erased there is none. */
export type RequestKeys = (pseudonym: string) => KeyObject | undefined

/**
 * Nonce, ciphertext and tag. Each request has a key of its own, derived from its receipt's id, so
 * that no number of requests wears out the random nonces (NIST SP 800-38D section 8.3).
 */
export function sealRequest(key: KeyObject, place: RequestPlace, text: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(key, place), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(nameOf(place))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** @throws PortcullisError `REQUEST_UNREADABLE` when it was altered, moved or sealed otherwise. */
export function openRequest(key: KeyObject, place: RequestPlace, sealed: Uint8Array): string {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const end = sealed.length - TAG_BYTES
    const cipher = createDecipheriv(CIPHER, keyOf(key, place), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(nameOf(place))
    cipher.setAuthTag(sealed.subarray(end))
    const text = cipher.update(sealed.subarray(NONCE_BYTES, end))
    return Buffer.concat([text, cipher.final()]).toString('utf8')
  } catch (cause) {
    const message = `the recorded request of \`${place.receipt}\` does not open`
    throw new PortcullisError('REQUEST_UNREADABLE', message, { cause })
  }
}

function keyOf(key: KeyObject, { receipt }: RequestPlace): KeyObject {
  // As an object: Node takes ten times as long to begin with plain bytes.
  return createSecretKey(createHmac('sha256', key).update(receipt).digest())
}

function nameOf({ receipt, at, pseudonym }: RequestPlace): Buffer {
  return Buffer.from(pseudonym === undefined ? `${at} ${receipt}` : `${at} ${receipt} ${pseudonym}`)
}
