import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import { readTrustBundle, type TrustBundle } from '../../kernel/tools/schemapin/trust-bundle.ts'
import type { KeyPins } from '../../pipeline/ports.ts'
import { readBytes } from '../text-files.ts'

/** Of a file of signatures, a bundle or a document, in bytes. */
export const SIGNER_FILE_LIMIT_BYTES = 32 * 1024 * 1024

/** @throws PortcullisError `FILE_UNREADABLE`, `SIGNER_FILE_INVALID`. */
export function readSignerFile(file: string): JsonValue {
  const bytes = readBytes(file)
  if (bytes.length > SIGNER_FILE_LIMIT_BYTES) throw invalid(file, 'it is too large')
  try {
    return parseStrictJson(bytes)
  } catch (cause) {
    throw invalid(file, `it is no plain JSON (${codeOf(cause)})`)
  }
}

/** Who may sign a bundle, and what is known of those who did before. */
export interface BundleTrust {
  /** Fingerprints; where there are none, who signed first is pinned by the name they gave. */
  readonly keys: readonly string[]
  readonly pins?: KeyPins
  readonly now: number
}

/**
 * A trust bundle, with its signature verified if there is one. Whether it has ended is asked when
 * it is used. @throws PortcullisError `FILE_UNREADABLE`, `SIGNER_FILE_INVALID`.
 */
export function readBundle(file: string, { keys, pins, now }: BundleTrust): TrustBundle {
  const read = readTrustBundle(readSignerFile(file))
  if (!read.ok) throw invalid(file, `${read.code}: ${read.message}`)
  const { authority } = read.bundle
  if (keys.length > 0) {
    if (authority === undefined) throw invalid(file, 'bundle_unsigned: nobody signed it')
    if (keys.includes(authority.key.fingerprint)) return read.bundle
    throw invalid(file, 'key_pin_mismatch: another key signed it than `bundle_keys` names')
  }
  if (authority === undefined || pins === undefined) return read.bundle
  const { kid, key } = authority
  const pin = pins.get(`${BUNDLE_AUTHORITY}${kid}`)
  if (pin === undefined) {
    const first = { fingerprint: key.fingerprint, level: 'first_use', since: now } as const
    pins.put(`${BUNDLE_AUTHORITY}${kid}`, first)
  } else if (pin.fingerprint !== key.fingerprint) {
    throw invalid(file, 'key_pin_mismatch: its authority has another key than before')
  }
  return read.bundle
}

/** No domain holds such a sign: authorities and domains never meet. */
const BUNDLE_AUTHORITY = '_bundle_authority:'

function invalid(file: string, why: string): PortcullisError {
  return new PortcullisError('SIGNER_FILE_INVALID', `\`${file}\`: ${why}`)
}
