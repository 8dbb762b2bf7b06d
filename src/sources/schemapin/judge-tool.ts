import type { JsonObject } from '../../kernel/json/value.ts'
import { discoveryOf } from '../../kernel/tools/schemapin/discovery.ts'
import { dnsFingerprint } from '../../kernel/tools/schemapin/dns-record.ts'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import { pinAfter } from '../../kernel/tools/schemapin/key-pin.ts'
import {
  type SignatureDocument,
  signatureDocument,
  signedDefinition,
} from '../../kernel/tools/schemapin/signature-document.ts'
import { Fault, type Verification } from '../../kernel/tools/schemapin/verification.ts'
import {
  levelOf,
  type SignatureCase,
  verifyOffline,
} from '../../kernel/tools/schemapin/verify-offline.ts'
import type {
  Clock,
  DefinedTool,
  FoundDiscovery,
  KeyPins,
  SignatureLevel,
  SignerDocuments,
} from '../../pipeline/ports.ts'
import type { DnsRecords } from './dns-records.ts'

/** Whose signatures count for the tools of one server, and how they are judged. */
export interface ServerSigners {
  readonly level: SignatureLevel
  /** In small letters. A signature names one of them, or there is only one. */
  readonly domains: readonly string[]
  /** Fingerprints. Where there are some no other key counts. */
  readonly keys: readonly string[]
  /** Signatures beside the definitions, by the name of the tool. */
  readonly beside: ReadonlyMap<string, JsonObject>
  readonly documents: SignerDocuments
  /** Absent where DNS is not asked. */
  readonly dns?: DnsRecords
  readonly firstUse: 'pin' | 'refuse'
  readonly expired: 'accept' | 'refuse'
}

export interface Around {
  readonly signers: ServerSigners
  readonly pins: KeyPins
  readonly clock: Pick<Clock, 'now'>
  /** Waits until it may use the processor: thousands of tools may come at once. */
  readonly turn: () => Promise<void>
}

/**
 * Collects what a signature is judged by, and judges it. A key is pinned once its signature held,
 * and one that was called revoked never counts again.
 * @throws PortcullisError `KEY_PINS_UNAVAILABLE`.
 */
export async function judgeTool(tool: DefinedTool, around: Around): Promise<Verification> {
  let domain: string | undefined
  try {
    const { schema, signature: inside } = signedDefinition(tool.definition)
    const signature = signatureOf(inside ?? around.signers.beside.get(tool.tool))
    domain = domainOf(signature, around.signers.domains)
    const found = await collect(domain, around.signers)
    await around.turn()
    return judge({ schema, signature, domain, ...found }, around)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { step, code, message } = error
    return { valid: false, step, code, message, ...(domain !== undefined && { domain }) }
  }
}

function signatureOf(value: unknown): SignatureDocument {
  if (value !== undefined) return signatureDocument(value)
  throw new Fault('signature_document', 'signature_missing', 'the tool is not signed')
}

/** The document says who signed; the configuration says whether that one may. */
function domainOf({ domain }: SignatureDocument, allowed: readonly string[]): string {
  const [only, ...others] = allowed
  if (domain === undefined && only !== undefined && others.length === 0) return only
  const named = domainName(domain ?? '')
  if (named !== undefined && allowed.includes(named)) return named
  const message = 'the signature names no domain that may sign for this server'
  throw new Fault('signature_document', 'domain_mismatch', message)
}

type Found = Pick<SignatureCase, 'discovery' | 'revocations' | 'dns'> &
  Pick<FoundDiscovery, 'level'>

async function collect(domain: string, { documents, dns }: ServerSigners): Promise<Found> {
  const found = await documents.discovery(domain)
  if (found === undefined) {
    throw new Fault('discovery', 'discovery_fetch_failed', 'no source has the domain’s document')
  }
  const { document: discovery, level } = found
  const { revocationEndpoint } = discoveryOf(discovery)
  const [revocations, records] = await Promise.all([
    documents.revocations(domain, revocationEndpoint),
    dns?.(domain),
  ])
  return { discovery, level, revocations, ...(records !== undefined && { dns: records }) }
}

/** Nothing is awaited here: between looking at a pin and pinning nobody else can pin. */
function judge(
  { level, ...found }: Omit<SignatureCase, 'rules'> & Pick<Found, 'level'>,
  { signers, pins, clock }: Around,
): Verification {
  const { domain } = found
  const { keys: configured, firstUse, expired } = signers
  const pin = pins.get(domain)
  const now = clock.now()
  const rules = { pin, configured, firstUse, expired, level, now }
  const verification = verifyOffline({ ...found, rules })
  const { fingerprint } = verification
  if (fingerprint === undefined) return verification
  if (!verification.valid) {
    const revoked = verification.code === 'key_revoked'
    if (revoked && !pins.isRevoked(fingerprint)) pins.revoke(fingerprint, now)
    return verification
  }
  if (pins.isRevoked(fingerprint)) {
    const message = 'the key was called revoked before'
    return { valid: false, step: 'revocation', code: 'key_revoked', message, domain, fingerprint }
  }
  const byDns = found.dns !== undefined && dnsFingerprint(found.dns) === fingerprint
  const seen = { fingerprint, level: levelOf(rules, { fingerprint, byDns }), since: now }
  const next = pinAfter(seen, pin)
  // With two keys in the configuration, as while one replaces the other, none of them is the one.
  if (next !== pin && configured.length <= 1) pins.put(domain, next)
  return verification
}
