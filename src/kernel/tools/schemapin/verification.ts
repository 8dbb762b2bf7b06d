import type { Form } from './canonical-form.ts'
import type { Hashed } from './public-key.ts'

/**
 * Why a signature does not count: the codes of the SchemaPin specification as its SDKs spell them,
 * and three of our own (`signature_missing`, `signature_expired`, `key_unconfirmed`) for what our
 * configuration refuses and the specification leaves to the client.
 */
export type FaultCode =
  | 'signature_invalid'
  | 'key_not_found'
  | 'key_revoked'
  | 'key_pin_mismatch'
  | 'discovery_fetch_failed'
  | 'discovery_invalid'
  | 'domain_mismatch'
  | 'schema_canonicalization_failed'
  | 'canonicalization_unsupported'
  | 'bundle_unsigned'
  | 'bundle_expired'
  | 'signature_missing'
  | 'signature_expired'
  | 'key_unconfirmed'

/** The steps of section 15.1 in their order, after two that come before any of them. */
export type Step =
  | 'signature_document'
  | 'canonicalization'
  | 'discovery'
  | 'key'
  | 'revocation'
  | 'pin'
  | 'schema'
  | 'signature'
  | 'result'

export type Warning =
  | 'signature_expired'
  | 'signature_expires_at_unparseable'
  | 'discovery_version_old'
  | 'discovery_version_unknown'
  | 'sdks_disagree'
  | 'hashed_once'

/** The seventh step: what came of the six before. */
export type Verification = Verified | Refuted

export interface Verified {
  readonly valid: true
  readonly domain: string
  readonly developer?: string
  readonly fingerprint: string
  readonly pinning: 'first_use' | 'pinned'
  /** SDKs that write the bytes which were signed; all four where none disagrees. */
  readonly forms: readonly Form[]
  /** `once` is how the SDK for Go signs; the others hash the text twice. */
  readonly hashed: Hashed
  /** `sha256:` and the hex digest of the canonical text: what a successor names as previous. */
  readonly schemaHash: string
  readonly expired: boolean
  /** As the signature document has them: nobody signed these three. */
  readonly expiresAt?: string
  readonly schemaVersion?: string
  readonly previousHash?: string
  readonly warnings: readonly Warning[]
}

export interface Refuted {
  readonly valid: false
  readonly step: Step
  readonly code: FaultCode
  /** For people: without secrets, bounded. */
  readonly message: string
  readonly domain?: string
  /** Of the key that was looked at. */
  readonly fingerprint?: string
}

/** A step that does not hold. Thrown while a signature is judged, and caught there. */
export class Fault extends Error {
  readonly step: Step
  readonly code: FaultCode

  constructor(step: Step, code: FaultCode, message: string) {
    super(message)
    this.step = step
    this.code = code
  }
}
