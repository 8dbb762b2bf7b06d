import { codeOf } from '../../kernel/errors.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { signatureFile } from '../../kernel/tools/schemapin/signature-file.ts'
import type {
  Alarm,
  Clock,
  DefinedTool,
  KeyPins,
  Log,
  ToolSignatures,
} from '../../pipeline/ports.ts'
import type { Closing } from '../closing.ts'
import type { SchemaPinConfig } from '../config/schemapin-config.ts'
import type { ServerConfig } from '../config.ts'
import {
  bundleDocuments,
  cachedDocuments,
  chainOfSigners,
  dnsRecords,
  documentFetcher,
  localFiles,
  SchemaPinSignatures,
  type ServerSigners,
  wellKnown,
} from '../parts.ts'
import { boundedReports } from './signature-reports.ts'
import { readBundle, readSignerFile } from './signer-files.ts'

export interface SignatureParts {
  readonly pins: KeyPins
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
  readonly report: (event: RecordedEvent) => void
  readonly opened: Closing
}

/** Signatures of tools, and a look at all that are there. */
export interface OpenSignatures extends ToolSignatures {
  /** Is no tool of the server to be used without a signature? */
  requires(server: string): boolean
  /** Verifies these tools. Resolves when that is done; never rejects. */
  look(tools: readonly DefinedTool[]): Promise<void>
  /** What was only counted is reported. */
  close(): void
}

/**
 * As the servers of a tenant are configured.
 * @throws PortcullisError `SIGNER_FILE_INVALID`, `FILE_UNREADABLE`, `KEY_PINS_UNAVAILABLE`.
 */
export function openSignatures(
  servers: Readonly<Record<string, ServerConfig>>,
  parts: SignatureParts,
): OpenSignatures {
  const { pins, clock, alarm, log } = parts
  const signers = new Map<string, ServerSigners>()
  for (const [name, { schemapin }] of Object.entries(servers)) {
    if (schemapin !== undefined) signers.set(name, signersOf(schemapin, parts))
  }
  const reports = boundedReports(parts.report, alarm)
  const { report } = reports
  const signatures = new SchemaPinSignatures({ servers: signers, pins, clock, report })
  const look = async (tools: readonly DefinedTool[]) => {
    const asked = tools.filter(({ server }) => signers.has(server))
    const settled = await Promise.allSettled(asked.map((tool) => signatures.verify(tool)))
    const failed = settled.find((each) => each.status === 'rejected')
    if (failed !== undefined) log.error('tool.unverified', { cause: codeOf(failed.reason) })
  }
  return {
    verify: (tool) => signatures.verify(tool),
    known: (tool) => signatures.known(tool),
    onVerdict: (listener) => signatures.onVerdict(listener),
    requires: (server) => signers.get(server)?.level === 'require',
    look,
    close: () => reports.close(),
  }
}

function signersOf(
  config: SchemaPinConfig,
  { pins, clock, opened }: SignatureParts,
): ServerSigners {
  const { level, domains, keys, firstUse, expired } = config
  const beside = config.signatures === undefined ? undefined : readSignerFile(config.signatures)
  const trust = { keys: config.bundleKeys, pins, now: clock.now() }
  const sources = config.bundles.map((file) => bundleDocuments(readBundle(file, trust), clock))
  if (config.documents !== undefined) sources.push(localFiles(config.documents))
  if (config.discovery) {
    const fetcher = documentFetcher({ allowPrivate: config.allowPrivate })
    opened.add(() => fetcher.close())
    sources.push(wellKnown(fetcher))
  }
  return {
    ...{ level, domains, keys, firstUse, expired },
    beside: beside === undefined ? new Map() : signatureFile(beside),
    documents: cachedDocuments(chainOfSigners(sources), clock),
    ...(config.dns && { dns: dnsRecords() }),
  }
}
