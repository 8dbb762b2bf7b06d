import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { DIGEST_KEY_BYTES } from './create-key-set.ts'

const PURPOSE = 'portcullis recorded requests, version 1'

/**
 * The key that sealed recorded requests before each had that of its subject, derived (RFC 5869)
 * from `digest.key`. It only opens what is still to be sealed anew.
 */
export function recordingsKeyOf(digestKey: KeyObject): KeyObject {
  const derived = hkdfSync('sha256', digestKey, new Uint8Array(), PURPOSE, DIGEST_KEY_BYTES)
  return createSecretKey(new Uint8Array(derived))
}
