import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { DIGEST_KEY_BYTES } from './create-key-set.ts'
import { KEY_FILES, readKeyFile } from './key-files.ts'

const PURPOSE = 'portcullis recorded requests, version 1'

/**
 * The key that seals recorded requests, derived (RFC 5869) from the one that keys their digests:
 * who destroys `digest.key` makes both meaningless at once, and key sets of before have it too.
 */
export function recordingsKeyOf(digestKey: KeyObject): KeyObject {
  const derived = hkdfSync('sha256', digestKey, new Uint8Array(), PURPOSE, DIGEST_KEY_BYTES)
  return createSecretKey(new Uint8Array(derived))
}

/**
 * The same for who starts no runtime. Makes no keys.
 * @throws PortcullisError `KEYS_INCOMPLETE` where there are none, `KEYS_INSECURE`, `KEYS_INVALID`.
 */
export async function readRecordingsKey(directory: string): Promise<KeyObject> {
  const digestKey = await readKeyFile(directory, KEY_FILES.digest)
  if (digestKey?.length === DIGEST_KEY_BYTES) return recordingsKeyOf(createSecretKey(digestKey))
  if (digestKey !== undefined)
    throw new PortcullisError('KEYS_INVALID', `\`digest.key\` has not ${DIGEST_KEY_BYTES} bytes`)
  throw new PortcullisError('KEYS_INCOMPLETE', `\`digest.key\` is missing in \`${directory}\``)
}
