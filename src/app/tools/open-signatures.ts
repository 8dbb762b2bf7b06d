import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
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
import { readBytes } from '../text-files.ts'
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
  /**
   * What these servers ask for in place of those before, ready to be taken. Nothing has changed
   * until then.
   * @throws PortcullisError `SIGNER_FILE_INVALID`, `FILE_UNREADABLE`, `KEY_PINS_UNAVAILABLE`.
   */
  prepare(servers: Declared): PreparedSigners
  /** What was only counted is reported. */
  close(): void
}

/** Signers that are read, and not yet asked for. Exactly one of the two is called, once. */
export interface PreparedSigners {
  take(): void
  drop(): void
}

type Declared = Readonly<Record<string, Pick<ServerConfig, 'schemapin'>>>

/** What a server declares of signatures, with digests of the files that are read of it. */
interface Asked {
  readonly config: SchemaPinConfig
  readonly files: readonly string[]
}

/** The signers of one server, and what was asked for. */
interface Followed {
  readonly asked: Asked
  readonly signers: ServerSigners
  close(): Promise<void>
}

/**
 * As the servers of a tenant are configured.
 * @throws PortcullisError as `prepare` does.
 */
export function openSignatures(servers: Declared, parts: SignatureParts): OpenSignatures {
  const { pins, clock, alarm, log, opened } = parts
  const followed = new Map<string, Followed>()
  const reports = boundedReports(parts.report, alarm)
  const signatures = new SchemaPinSignatures({ pins, clock, report: reports.report })
  const look = async (tools: readonly DefinedTool[]) => {
    const asked = tools.filter(({ server }) => followed.has(server))
    const settled = await Promise.allSettled(asked.map((tool) => signatures.verify(tool)))
    const failed = settled.find((each) => each.status === 'rejected')
    if (failed !== undefined) log.error('tool.unverified', { cause: codeOf(failed.reason) })
  }
  const prepare = (next: Declared): PreparedSigners => {
    const changed = changedSigners(next, followed, parts)
    return {
      take() {
        for (const [server, its] of changed) {
          void followed.get(server)?.close()
          signatures.follow(server, its?.signers)
          if (its === undefined) followed.delete(server)
          else followed.set(server, its)
        }
      },
      drop: () => void closeAll(changed.values()),
    }
  }
  prepare(servers).take()
  opened.add(() => closeAll(followed.values()))
  return {
    verify: (tool) => signatures.verify(tool),
    known: (tool) => signatures.known(tool),
    onVerdict: (listener) => signatures.onVerdict(listener),
    requires: (server) => followed.get(server)?.signers.level === 'require',
    ...{ look, prepare },
    close: () => reports.close(),
  }
}

/** Of servers that ask for something else than before, what they ask for; nothing for no more. */
function changedSigners(
  next: Declared,
  followed: ReadonlyMap<string, Followed>,
  parts: SignatureParts,
): ReadonlyMap<string, Followed | undefined> {
  const changed = new Map<string, Followed | undefined>()
  try {
    for (const server of new Set([...followed.keys(), ...Object.keys(next)])) {
      const config = Object.hasOwn(next, server) ? next[server]?.schemapin : undefined
      const asked = config && askedBy(config)
      if (isDeepStrictEqual(asked, followed.get(server)?.asked)) continue
      changed.set(server, asked && signersOf(asked, parts))
    }
    return changed
  } catch (error) {
    void closeAll(changed.values())
    throw error
  }
}

async function closeAll(all: Iterable<Followed | undefined>): Promise<void> {
  await Promise.all([...all].map((followed) => followed?.close()))
}

/** The files may be written anew while the declaration stays. */
function askedBy(config: SchemaPinConfig): Asked {
  const { signatures, bundles } = config
  const files = signatures === undefined ? bundles : [signatures, ...bundles]
  return { config, files: files.map((file) => hash('sha256', readBytes(file))) }
}

function signersOf(asked: Asked, { pins, clock }: SignatureParts): Followed {
  const { config } = asked
  const { level, domains, keys, firstUse, expired } = config
  const beside = config.signatures === undefined ? undefined : readSignerFile(config.signatures)
  const trust = { keys: config.bundleKeys, pins, now: clock.now() }
  const sources = config.bundles.map((file) => bundleDocuments(readBundle(file, trust), clock))
  if (config.documents !== undefined) sources.push(localFiles(config.documents))
  const signatures = beside === undefined ? new Map() : signatureFile(beside)
  // Last: from here on nothing fails that would leave it open.
  const fetcher = config.discovery
    ? documentFetcher({ allowPrivate: config.allowPrivate })
    : undefined
  if (fetcher !== undefined) sources.push(wellKnown(fetcher))
  const signers = {
    ...{ level, domains, keys, firstUse, expired, beside: signatures },
    documents: cachedDocuments(chainOfSigners(sources), clock),
    ...(config.dns && { dns: dnsRecords() }),
  }
  return { asked, signers, close: async () => fetcher?.close() }
}
