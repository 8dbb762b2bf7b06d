import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals a secret for one place (`tenant/name`); it does not open at another. Base64. */
export function seal(secret: string, place: string, key: KeyObject): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(place, 'utf8'))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws PortcullisError `ACCOUNTS_UNAVAILABLE` for what was altered or is of another key. */
export function unseal(text: string, place: string, key: KeyObject): string {
  const bytes = Buffer.from(text, 'base64')
  const nonce = bytes.subarray(0, NONCE_BYTES)
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(place, 'utf8'))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const secret = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([secret, decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new PortcullisError('ACCOUNTS_UNAVAILABLE', 'a sealed secret does not open', { cause })
  }
}
