import { isJsonObject } from '../../json/value.ts'
import { REVOKED_KEYS_LIMIT } from './discovery.ts'
import { Fault } from './verification.ts'

/** A revocation document that stands by itself (specification, section 8.5). */
export interface Revocations {
  readonly domain: string
  readonly revoked: readonly { readonly fingerprint: string; readonly reason: string }[]
}

/** @throws Fault `discovery_invalid`: a list that cannot be read might have held the key. */
export function revocationsOf(value: unknown): Revocations {
  const invalid = (why: string) => new Fault('revocation', 'discovery_invalid', why)
  if (!isJsonObject(value) || typeof value.domain !== 'string') {
    throw invalid('the revocation document names no domain')
  }
  const { domain, revoked_keys: listed = [] } = value
  if (!Array.isArray(listed) || listed.length > REVOKED_KEYS_LIMIT) {
    throw invalid('`revoked_keys` of the revocation document is no list')
  }
  const revoked = listed.map((each) => {
    if (!isJsonObject(each) || typeof each.fingerprint !== 'string') {
      throw invalid('an entry of the revocation document has no fingerprint')
    }
    // An unknown reason is a reason as well.
    const reason = typeof each.reason === 'string' ? each.reason.slice(0, 64) : 'unstated'
    return { fingerprint: each.fingerprint.toLowerCase(), reason }
  })
  return { domain, revoked }
}

/**
 * The third step. Either source rejects.
 * @throws Fault `key_revoked`; `domain_mismatch` for a document that is about somebody else.
 */
export function checkRevocation(
  fingerprint: string,
  { inline, documents, domain }: RevocationSources,
): void {
  const revoked = (why: string) => new Fault('revocation', 'key_revoked', `the key is ${why}`)
  if (inline.includes(fingerprint)) throw revoked('in the list of the discovery document')
  for (const document of documents) {
    const found = document.revoked.find((each) => each.fingerprint === fingerprint)
    if (found !== undefined) throw revoked(`revoked: ${found.reason}`)
    if (document.domain.toLowerCase() === domain) continue
    throw new Fault('revocation', 'domain_mismatch', 'the revocation document is another domain’s')
  }
}

interface RevocationSources {
  readonly inline: readonly string[]
  readonly documents: readonly Revocations[]
  readonly domain: string
}
