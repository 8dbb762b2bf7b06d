import { PortcullisError } from '../../kernel/errors.ts'
import { domainName } from '../../kernel/tools/schemapin/domain-name.ts'
import type { KeyPin } from '../../kernel/tools/schemapin/key-pin.ts'
import { type Lineage, verifyChain } from '../../kernel/tools/schemapin/lineage.ts'
import { signatureFile } from '../../kernel/tools/schemapin/signature-file.ts'
import type { Verification } from '../../kernel/tools/schemapin/verification.ts'
import type { KeyPins, SignerDocuments } from '../../pipeline/ports.ts'
import { bundleDocuments, chainOfSigners, judgeTool, type ServerSigners } from '../parts.ts'
import { readTextFile } from '../text-files.ts'
import { definitionsIn, hashesIn, isSignedSchema } from './sign-tools.ts'
import { readBundle, readSignerFile } from './signer-files.ts'

/** Files to verify against; nothing is fetched. */
export interface VerifySignaturesOptions {
  readonly domain: string
  /** A discovery document. */
  readonly document?: string
  /** Standalone revocation documents. */
  readonly revocations: readonly string[]
  readonly bundles: readonly string[]
  readonly bundleKeys: readonly string[]
  /** Signatures beside the definitions. */
  readonly signatures?: string
  /** The tools as they were signed before: each signature has to name the one before it. */
  readonly previous?: string
  /** Fingerprints of the only keys that count. */
  readonly keys: readonly string[]
  readonly expired: 'accept' | 'refuse'
  readonly now: number
}

export interface VerifiedTool {
  readonly tool: string
  readonly verification: Verification
  /** Where it was asked, of tools that were there before and whose signatures hold. */
  readonly lineage?: Lineage
}

/**
 * What the runtime would say of the tools in a file, without one.
 * @throws PortcullisError `SIGNER_FILE_INVALID`, `FILE_UNREADABLE`, `REQUEST_INVALID`.
 */
export async function verifySignatures(
  file: string,
  options: VerifySignaturesOptions,
): Promise<readonly VerifiedTool[]> {
  const { keys, expired, signatures, now } = options
  const domain = domainName(options.domain)
  if (domain === undefined) {
    throw new PortcullisError('REQUEST_INVALID', `\`${options.domain}\` is no host name`)
  }
  const text = readTextFile(file)
  const signers: ServerSigners = {
    ...{ level: 'require', domains: [domain], keys, firstUse: 'pin', expired },
    beside: besideOf(signatures, file),
    documents: documentsOf(options),
  }
  const around = {
    signers,
    pins: freshPins(),
    clock: { now: () => now },
    turn: async () => undefined,
  }
  const before = options.previous === undefined ? new Map() : hashesIn(options.previous)
  const verified: VerifiedTool[] = []
  for (const definition of definitionsIn(text, file)) {
    const tool = String(definition.name)
    const verification = await judgeTool({ server: '', tool, definition }, around)
    verified.push({ tool, verification, ...lineageOf(verification, before.get(tool)) })
  }
  return verified
}

function lineageOf(verification: Verification, previous: string | undefined) {
  if (!verification.valid || previous === undefined) return {}
  return { lineage: verifyChain(verification.previousHash, previous) }
}

/** Signatures in a file of their own, or beside the schema in the file itself. */
function besideOf(signatures: string | undefined, file: string) {
  if (signatures !== undefined) return signatureFile(readSignerFile(signatures))
  const read = readSignerFile(file)
  return isSignedSchema(read) ? signatureFile(read) : new Map()
}

function documentsOf(options: VerifySignaturesOptions): SignerDocuments {
  const { bundles, bundleKeys, document, revocations, now } = options
  if (bundles.length === 0 && document === undefined) {
    throw new PortcullisError('REQUEST_INVALID', 'name `--document` or `--bundle`')
  }
  const trust = { keys: bundleKeys, now }
  const read = bundles.map((file) => bundleDocuments(readBundle(file, trust), { now: () => now }))
  const found = document === undefined ? undefined : readSignerFile(document)
  const revoked = revocations.map(readSignerFile)
  const given: SignerDocuments = {
    discovery: async () => (found === undefined ? undefined : { document: found, level: 'bundle' }),
    revocations: async () => revoked,
  }
  return chainOfSigners([given, ...read])
}

/** Pins of this one call: all tools of the file are to be of one key. */
function freshPins(): KeyPins {
  const pins = new Map<string, KeyPin>()
  const revoked = new Set<string>()
  return {
    get: (domain) => pins.get(domain),
    put: (domain, pin) => void pins.set(domain, pin),
    isRevoked: (fingerprint) => revoked.has(fingerprint),
    revoke: (fingerprint) => void revoked.add(fingerprint),
  }
}
