import { hash } from 'node:crypto'
import { codeOf, PortcullisError } from '../../errors.ts'
import type { JsonObject } from '../../json/value.ts'
import { type Candidate, candidates, FORMS } from './canonical-form.ts'
import { discoveryOf, keyOf, versionWarnings } from './discovery.ts'
import { dnsFingerprint } from './dns-record.ts'
import { checkPin, type PinLevel, type PinRules } from './key-pin.ts'
import { type DeveloperKey, schemaMessage, signedBytes } from './public-key.ts'
import { checkRevocation, revocationsOf } from './revocation.ts'
import { CANONICALIZATION, type SignatureDocument } from './signature-document.ts'
import { timestampOf } from './timestamp.ts'
import { Fault, type Verification, type Verified, type Warning } from './verification.ts'

/** All that a signature is judged by. Documents are as they came: nothing in them is believed. */
export interface SignatureCase {
  readonly schema: JsonObject
  readonly signature: SignatureDocument
  /** A domain that the configuration names. */
  readonly domain: string
  readonly discovery: unknown
  /** Standalone revocation documents, from wherever there are some. */
  readonly revocations: readonly unknown[]
  /** TXT records of the domain, each a list of pieces; absent where nobody asked. */
  readonly dns?: readonly (readonly string[])[]
  readonly rules: SignatureRules
}

export interface SignatureRules extends PinRules {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The specification accepts what has expired, or has an unreadable end, with a warning. */
  readonly expired: 'accept' | 'refuse'
  /** How the source of the discovery document confirms its key. */
  readonly level: PinLevel
}

/**
 * The seven steps of the specification's section 15.1. No I/O; the caller pins the key, and only
 * once the signature held. (The SDKs pin at the fourth step: there a forged signature pins a key.)
 */
export function verifyOffline(asked: SignatureCase): Verification {
  let key: DeveloperKey | undefined
  const { domain } = asked
  try {
    checkCanonicalization(asked.signature)
    const discovery = discoveryOf(asked.discovery)
    key = keyOf(discovery)
    const { fingerprint } = key
    const byDns = asked.dns === undefined ? false : checkDns(fingerprint, asked.dns)
    const documents = asked.revocations.map(revocationsOf)
    checkRevocation(fingerprint, { inline: discovery.revokedKeys, documents, domain })
    const level = levelOf(asked.rules, { fingerprint, byDns })
    const pinning = checkPin({ fingerprint, level }, asked.rules)
    const held = findSigned(asked, key)
    const { developer } = discovery
    return {
      ...{ valid: true, domain, fingerprint, pinning, ...held },
      ...(developer !== undefined && { developer }),
      ...end(asked, [...versionWarnings(discovery), ...disagreement(held)]),
      ...hints(asked.signature),
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { step, code, message } = error
    return { valid: false, step, code, message, domain, ...(key && fingerprintIn(key)) }
  }
}

/** The level at which a key that holds is pinned. */
export function levelOf(
  { level, configured }: Pick<SignatureRules, 'level' | 'configured'>,
  { fingerprint, byDns }: { readonly fingerprint: string; readonly byDns: boolean },
): PinLevel {
  if (configured.includes(fingerprint)) return 'configured'
  return byDns && level === 'first_use' ? 'dns' : level
}

/** Before any cryptography (section 19.3): rules of one form must not judge another. */
function checkCanonicalization({ canonicalization = CANONICALIZATION }: SignatureDocument): void {
  if (canonicalization === CANONICALIZATION) return
  const message = 'the signature is over a canonical form that is not known here'
  throw new Fault('canonicalization', 'canonicalization_unsupported', message)
}

/** Whether DNS confirms the key. No record is no fault; another key is. */
function checkDns(fingerprint: string, records: readonly (readonly string[])[]): boolean {
  const published = dnsFingerprint(records)
  if (published === undefined || published === fingerprint) return published !== undefined
  throw new Fault('key', 'domain_mismatch', 'DNS names another key than the discovery document')
}

type Held = Pick<Verified, 'forms' | 'hashed' | 'schemaHash'>

/** The fifth and the sixth step: which of the texts that SDKs write was signed, and how? */
function findSigned({ schema, signature }: SignatureCase, key: DeveloperKey): Held {
  for (const { text, forms } of written(schema)) {
    const schemaHash = `sha256:${hash('sha256', text, 'hex')}`
    for (const hashed of ['twice', 'once'] as const) {
      const held = signedBytes(key, schemaMessage(text, hashed), signature.signature)
      if (held) return { forms, hashed, schemaHash }
    }
  }
  throw new Fault('signature', 'signature_invalid', 'the signature is not over this definition')
}

function written(schema: JsonObject): readonly Candidate[] {
  try {
    return candidates(schema)
  } catch (error) {
    if (codeOf(error) !== 'JSON_UNSUPPORTED' || !(error instanceof PortcullisError)) throw error
    throw new Fault('schema', 'schema_canonicalization_failed', error.message)
  }
}

function* disagreement({ forms, hashed }: Held): Generator<Warning> {
  if (forms.length < FORMS.length) yield 'sdks_disagree'
  if (hashed === 'once') yield 'hashed_once'
}

/** Section 16: an end that is past, or that nobody can read, unless we are stricter. */
function end(
  { signature: { expiresAt }, rules }: SignatureCase,
  warnings: readonly Warning[],
): Pick<Verified, 'expired' | 'warnings'> {
  if (expiresAt === undefined) return { expired: false, warnings }
  const at = timestampOf(expiresAt)
  if (at !== undefined && at > rules.now) return { expired: false, warnings }
  const warning = at === undefined ? 'signature_expires_at_unparseable' : 'signature_expired'
  if (rules.expired === 'accept') {
    return { expired: at !== undefined, warnings: [...warnings, warning] }
  }
  const message = at === undefined ? 'the end of the signature is unreadable' : 'it has expired'
  throw new Fault('result', 'signature_expired', message)
}

function hints({ expiresAt, schemaVersion, previousHash }: SignatureDocument) {
  return {
    ...(expiresAt !== undefined && { expiresAt }),
    ...(schemaVersion !== undefined && { schemaVersion }),
    ...(previousHash !== undefined && { previousHash }),
  }
}

function fingerprintIn({ fingerprint }: DeveloperKey) {
  return { fingerprint }
}
