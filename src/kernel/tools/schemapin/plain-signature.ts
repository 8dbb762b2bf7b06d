import { isJsonObject } from '../../json/value.ts'
import { FINGERPRINT } from './public-key.ts'
import { CANONICALIZATION } from './signature-document.ts'
import type { Verified } from './verification.ts'

/** A moment, in so few characters that it can be nothing else. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const VERSION = /^\d{1,6}(?:\.\d{1,6}){0,3}$/

type Judge = (value: string, held: Pick<Verified, 'domain' | 'fingerprint'>) => boolean

/** All that a signature document may hold to say nothing but who signed what, and when. */
const PLAIN: Readonly<Record<string, Judge>> = {
  // It held: nobody without the key chooses what stands there.
  signature: () => true,
  domain: (value, { domain }) => value === domain,
  signer_kid: (value, { fingerprint }) => value === fingerprint,
  canonicalization: (value) => value === CANONICALIZATION,
  schemapin_version: (value) => VERSION.test(value),
  schema_version: (value) => VERSION.test(value),
  schema_hash: (value) => FINGERPRINT.test(value),
  previous_hash: (value) => FINGERPRINT.test(value),
  signed_at: (value) => MOMENT.test(value),
  expires_at: (value) => MOMENT.test(value),
}

/**
 * Is there no text in the document of a signature that held? Nothing of it but the signature is
 * signed: whoever hands it on can write into all other members, and a model may read them.
 */
export function isPlainSignature(
  document: unknown,
  held: Pick<Verified, 'domain' | 'fingerprint'>,
): boolean {
  if (!isJsonObject(document)) return false
  return Object.entries(document).every(
    ([name, value]) =>
      Object.hasOwn(PLAIN, name) && typeof value === 'string' && PLAIN[name]?.(value, held),
  )
}
