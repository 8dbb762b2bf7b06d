import { codeOf } from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../json/value.ts'
import { candidates } from './canonical-form.ts'
import { type DeveloperKey, developerKey, signedBytes } from './public-key.ts'
import { timestampOf } from './timestamp.ts'
import type { FaultCode } from './verification.ts'

/** Domains that one bundle may hold. */
export const BUNDLE_DOCUMENTS_LIMIT = 10_000

/** Characters of a bundle in canonical form. */
export const BUNDLE_LIMIT_CHARS = 16 * 1024 * 1024

/** Documents of many domains in one file (specification, sections 13 and 21). */
export interface TrustBundle {
  readonly documents: ReadonlyMap<string, JsonObject>
  readonly revocations: ReadonlyMap<string, JsonObject>
  /** Milliseconds since the epoch; `invalid` for an end that nobody can read. */
  readonly expires?: number | 'invalid'
  /** Who vouches for it; absent where nobody signed it. */
  readonly authority?: { readonly kid: string; readonly key: DeveloperKey }
}

export type BundleRead =
  | { readonly ok: true; readonly bundle: TrustBundle }
  | { readonly ok: false; readonly code: FaultCode; readonly message: string }

/** A bundle as it was read; a signature in it has been verified. Its end has not been looked at. */
export function readTrustBundle(value: unknown): BundleRead {
  if (!isJsonObject(value)) return broken('the trust bundle is no object')
  const { documents = [], revocations = [], expires_at: end } = value
  const [discovered, revoked] = [byDomain(documents), byDomain(revocations)]
  if (discovered === undefined || revoked === undefined) {
    return broken('the trust bundle holds what is no document of a domain, or two of one')
  }
  const authority = authorityOf(value)
  if ('ok' in authority) return authority
  const expires = typeof end === 'string' ? (timestampOf(end) ?? 'invalid') : 'invalid'
  return {
    ok: true,
    bundle: {
      ...{ documents: discovered, revocations: revoked, ...authority },
      ...(end !== undefined && end !== null && { expires }),
    },
  }
}

/** Is it past its end? One that nobody can read is past, too (section 21.4). */
export function isBundleExpired({ expires }: TrustBundle, now: number): boolean {
  return expires !== undefined && (expires === 'invalid' || expires <= now)
}

type Authority = Pick<TrustBundle, 'authority'>

function authorityOf(value: JsonObject): Authority | Extract<BundleRead, { ok: false }> {
  const { bundle_authority: authority, signature } = value
  if ((authority ?? null) === null && (signature ?? null) === null) return {}
  if (!isJsonObject(authority) || typeof signature !== 'string' || signature === '') {
    const message = 'the trust bundle has an authority without a signature, or the reverse'
    return { ok: false, code: 'bundle_unsigned', message }
  }
  const { kid, public_key_pem: pem } = authority
  const key = typeof pem === 'string' ? developerKey(pem) : undefined
  if (typeof kid !== 'string' || key === undefined) return broken('the authority has no P-256 key')
  // The canonical text itself is the message here: hashed once, unlike that of a schema.
  const over = texts({ ...value, signature: '' })
  if (over === undefined) return broken('the trust bundle has no canonical form')
  const held = over.some((text) => signedBytes(key, new TextEncoder().encode(text), signature))
  if (held) return { authority: { kid, key } }
  const message = 'the signature of the trust bundle does not hold'
  return { ok: false, code: 'signature_invalid', message }
}

function texts(bundle: JsonObject): readonly string[] | undefined {
  try {
    return candidates(bundle, { limitChars: BUNDLE_LIMIT_CHARS }).map(({ text }) => text)
  } catch (error) {
    if (codeOf(error) !== 'JSON_UNSUPPORTED') throw error
    return undefined
  }
}

/** Two documents of one domain would let whoever reads first or last win. */
function byDomain(listed: unknown): ReadonlyMap<string, JsonObject> | undefined {
  if (!Array.isArray(listed) || listed.length > BUNDLE_DOCUMENTS_LIMIT) return undefined
  const found = new Map<string, JsonObject>()
  for (const each of listed) {
    if (!isJsonObject(each) || typeof each.domain !== 'string') return undefined
    const domain = each.domain.toLowerCase()
    if (found.has(domain)) return undefined
    found.set(domain, each)
  }
  return found
}

function broken(message: string): Extract<BundleRead, { ok: false }> {
  return { ok: false, code: 'discovery_invalid', message }
}
