import { createHmac, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../json/value.ts'
import { canonical } from './canonical.ts'
import type { PayloadDigest } from './receipt.ts'

const UTF8 = new TextEncoder()

/**
 * HMAC-SHA256 over the canonical JSON of a payload. Keyed, because a plain hash of a guessable
 * payload would tell it, and because destroying the key makes every digest meaningless.
 */
export function payloadDigest(key: KeyObject | Uint8Array, payload: JsonObject): PayloadDigest {
  const bytes = UTF8.encode(canonical(payload))
  const digest = createHmac('sha256', key).update(bytes).digest('hex')
  return { digest: `hmac-sha256:${digest}`, bytes: bytes.length }
}
