import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { DIGEST_KEY_BYTES } from './create-key-set.ts'

const PURPOSE = 'portcullis secrets of accounts, version 1'

/** The key that seals what authenticators know (RFC 5869): without the key set it opens nothing. */
export function accountsKeyOf(digestKey: KeyObject): KeyObject {
  const derived = hkdfSync('sha256', digestKey, new Uint8Array(), PURPOSE, DIGEST_KEY_BYTES)
  return createSecretKey(new Uint8Array(derived))
}
