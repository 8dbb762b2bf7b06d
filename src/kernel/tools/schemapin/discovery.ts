import { isJsonObject } from '../../json/value.ts'
import { type DeveloperKey, developerKey, FINGERPRINT } from './public-key.ts'
import { Fault, type Warning } from './verification.ts'

/** Where a domain publishes its discovery document (RFC 8615). */
export const WELL_KNOWN_PATH = '/.well-known/schemapin.json'

/** Keys that one list may call revoked. */
export const REVOKED_KEYS_LIMIT = 10_000
/** Characters of a developer's name that are kept. */
const NAME_LIMIT = 200

/** What a domain says of its key. */
export interface Discovery {
  readonly schemaVersion: string
  readonly developer?: string
  readonly publicKeyPem: string
  readonly revokedKeys: readonly string[]
  readonly revocationEndpoint?: string
}

/**
 * The first step: is the document what the specification says?
 * @throws Fault `discovery_invalid`. A list that cannot be read might have held the key.
 */
export function discoveryOf(value: unknown): Discovery {
  const invalid = (why: string) => new Fault('discovery', 'discovery_invalid', why)
  if (!isJsonObject(value)) throw invalid('the discovery document is no object')
  const { schema_version: version, public_key_pem: pem, revoked_keys: revoked = [] } = value
  if (typeof version !== 'string' || !/^[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}$/.test(version)) {
    throw invalid('the discovery document has no `schema_version`')
  }
  if (typeof pem !== 'string' || !pem.includes('-----BEGIN PUBLIC KEY-----')) {
    throw invalid('the discovery document has no `public_key_pem`')
  }
  const { developer_name: developer, revocation_endpoint: endpoint } = value
  if (endpoint !== undefined && endpoint !== null && typeof endpoint !== 'string') {
    throw invalid('`revocation_endpoint` is no address')
  }
  return {
    schemaVersion: version,
    publicKeyPem: pem,
    revokedKeys: fingerprints(revoked ?? []),
    ...(typeof developer === 'string' && { developer: developer.slice(0, NAME_LIMIT) }),
    ...(typeof endpoint === 'string' && { revocationEndpoint: endpoint }),
  }

  function fingerprints(listed: unknown): readonly string[] {
    const some = Array.isArray(listed) && listed.length <= REVOKED_KEYS_LIMIT
    if (some && listed.every((each) => typeof each === 'string')) {
      return listed.map((each) => each.toLowerCase())
    }
    throw invalid('`revoked_keys` is no list of fingerprints')
  }
}

/** The second step. @throws Fault `key_not_found` for what is no P-256 key. */
export function keyOf({ publicKeyPem }: Discovery): DeveloperKey {
  const key = developerKey(publicKeyPem)
  if (key !== undefined) return key
  throw new Fault('key', 'key_not_found', '`public_key_pem` is no ECDSA P-256 key')
}

/** Versions are compared by number: as texts `1.10` would come before `1.2`. */
export function versionWarnings({ schemaVersion }: Discovery): readonly Warning[] {
  const [major = 0, minor = 0] = schemaVersion.split('.').map(Number)
  if (major > 1) return ['discovery_version_unknown']
  return major < 1 || minor < 2 ? ['discovery_version_old'] : []
}

/** The same key, however it is spelt; nothing for what is no fingerprint. */
export function fingerprintOf(text: string): string | undefined {
  const small = text.trim().toLowerCase()
  return FINGERPRINT.test(small) ? small : undefined
}
