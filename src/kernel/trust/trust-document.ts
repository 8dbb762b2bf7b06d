/** The trust document: which keys, of which logs, up to which size. `docs/spec/trust.md`. */
import { canonical } from '../receipt/canonical.ts'
import type { KeyRecord, NamedHead } from './key-record.ts'
import type { RootKey } from './root-key.ts'

/** Says what it is, so that a root's signature never passes for one over something else. */
export const TRUST_TYPE = 'portcullis-trust'

/** Longest document that is looked at, in UTF-16 code units. */
export const MAX_TRUST_LENGTH = 512 * 1024

/** Most root keys; each may be of two kilobytes. */
export const MAX_ROOT_KEYS = 16

/** A log that the keys sign. */
export interface TrustedLog {
  /** The node's own log. */
  readonly origin: string
  /** What the origins of its tenants' logs begin with; 16 hex digits follow. */
  readonly tenants: string
  /** Its last head, once it is closed for ever. */
  readonly final?: NamedHead
}

export interface TrustDocument {
  readonly type: typeof TRUST_TYPE
  readonly v: 1
  /** 1, 2, 3, … */
  readonly version: number
  /** SHA-256 in hex of the text of the version before; absent in version 1, and only there. */
  readonly previous?: string
  /** ISO 8601. */
  readonly issued: string
  /** ISO 8601: from then on somebody may be holding a newer one back. */
  readonly expires: string
  /** Whose signatures the next version needs, and how many of them. */
  readonly roots: { readonly threshold: number; readonly keys: readonly RootKey[] }
  readonly logs: readonly TrustedLog[]
  readonly keys: readonly KeyRecord[]
  /** Whom to ask whether others have seen the same log, as https://c2sp.org/tlog-policy has it. */
  readonly witnesses?: string
}

/** The text that roots sign: canonical JSON. */
export function trustText(document: TrustDocument): string {
  return canonical(document)
}
