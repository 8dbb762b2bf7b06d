import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Bytes of a data key and of the key of a tenant. */
export const DATA_KEY_BYTES = 32

/** What is made from the data key of one subject. Nothing leads back to the key. */
export interface SubjectKey {
  /** Stands for the subject in receipts, and is the id of the key: 32 hex digits. */
  readonly pseudonym: string
  readonly digestKey: KeyObject
  readonly sealKey: KeyObject
  /** Seals recorded requests. Whoever has it opens no kept payload. */
  readonly requestKey: KeyObject
}

/** RFC 5869: each use has a key of its own. */
export function subjectKeyOf(dataKey: Uint8Array): SubjectKey {
  const part = (use: string) =>
    Buffer.from(hkdfSync('sha256', dataKey, '', `portcullis ${use}, version 1`, DATA_KEY_BYTES))
  return {
    pseudonym: part('subject pseudonym').toString('hex', 0, 16),
    digestKey: createSecretKey(part('payload digests')),
    sealKey: createSecretKey(part('sealed payloads')),
    requestKey: createSecretKey(part('recorded requests')),
  }
}

/** What a ciphertext is bound to: it opens nowhere else. */
export type Binding = readonly string[]

/**
 * Nonce, ciphertext and tag. Each binding has a key of its own, derived from `key`, so that the
 * random nonces of 96 bits never come near wearing out (NIST SP 800-38D section 8.3): under one
 * such key there are as many ciphertexts as attempts to write one, which is one or two.
 */
export function seal(key: KeyObject, binding: Binding, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const name = nameOf(binding)
  const cipher = createCipheriv(CIPHER, keyOf(key, name), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(name)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws PortcullisError `code` for what was altered, cut, moved or sealed by another key. */
export function unseal(
  key: KeyObject,
  { binding, sealed }: { readonly binding: Binding; readonly sealed: Uint8Array },
  code: 'PAYLOAD_INVALID' | 'DATA_KEYS_INVALID',
): Buffer {
  try {
    const name = nameOf(binding)
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const end = sealed.length - TAG_BYTES
    const cipher = createDecipheriv(CIPHER, keyOf(key, name), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(name)
    cipher.setAuthTag(sealed.subarray(end))
    return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, end)), cipher.final()])
  } catch (cause) {
    throw new PortcullisError(code, `the seal of \`${binding.at(-1)}\` does not open`, { cause })
  }
}

function keyOf(key: KeyObject, name: Buffer): KeyObject {
  // As an object: Node takes ten times as long to begin with plain bytes.
  return createSecretKey(createHmac('sha256', key).update(name).digest())
}

/** No two bindings have the same name, whatever is in their parts. */
function nameOf(binding: Binding): Buffer {
  return Buffer.from(JSON.stringify(binding), 'utf8')
}
