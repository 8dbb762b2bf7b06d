import { randomUUID } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { Receipt, ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { Hash } from '../../kernel/tlog/hash.ts'
import type { Clock, Ids, Ledger, Log } from '../../pipeline/ports.ts'
import { CallingThread } from './calling-thread.ts'
import { DISK, type Files } from './files.ts'
import { Frontier } from './frontier.ts'
import { newOrigin } from './group-writer.ts'
import { type GroupService, LedgerThread } from './ledger-thread.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { NodeHashes, scanNodeHashes } from './node-hashes.ts'
import { openingCode } from './open-group-writer.ts'
import { signedCheckpoint } from './published.ts'
import { type Place, ReceiptQueue } from './receipt-queue.ts'
import { batchesOf, interruptedActions, isDamage, quarantinedTail } from './recovery-receipts.ts'
import { type RunSource, ScannedRuns } from './scanned-runs.ts'
import { type LedgerSigners, NoteSigner, vkeyOf } from './signers.ts'
import { TenantLogs } from './tenant-logs.ts'

/** How many receipts may wait for the disk before `append` rejects `LEDGER_BUSY`. */
export const DEFAULT_LEDGER_QUEUE = 4_096

export interface LedgerOptions {
  /** The directory of the ledger; it is made when it is not there. */
  readonly directory: string
  readonly signers: LedgerSigners
  readonly log: Log
  /** For the receipts that the ledger writes itself, after a crash. */
  readonly clock?: Pick<Clock, 'now'>
  readonly ids?: Ids
  readonly queueLimit?: number
  /** Who knows the last receipt of each run; without it all receipts are read once. */
  readonly runs?: RunSource
  /** Write in the thread of the caller instead of one of its own, by these effects on the disk. */
  readonly inline?: { readonly files?: Files }
  readonly segmentBytes?: number
  readonly batchBytes?: number
  readonly freeSpaceMark?: number
  readonly headIntervalMs?: number
  /** Called once, when a write failed and the ledger takes no more until it is opened again. */
  onSealed?(error: PortcullisError): void
}

/** The log of one tenant, open for appending. */
export interface OpenLog extends Ledger {
  /** Name of the log, on its checkpoints and in its receipts. */
  readonly origin: string
  /** Receipts on the disk. */
  readonly size: number
}

/** The ledger while it is open for its one writer. It appends to the log of the default tenant. */
export interface OpenLedger extends Ledger {
  /**
   * Appends receipts in their order; resolves to their places when all are durable. Rejects with
   * the first refusal: those before it are appended all the same, as if one by one.
   */
  appendAll(drafts: readonly ReceiptDraft[]): Promise<readonly Place[]>
  /** Name of the node log, which has the heads of all others as its leaves. */
  readonly origin: string
  /** The public key that verifies its checkpoints. */
  readonly vkey: string
  /** The log of a tenant. It is made with its first receipt. */
  of(tenant: string): OpenLog
  /** The last durable checkpoint of the node log, a signed note. */
  checkpoint(): string
  /** The checkpoint that was published last; as long as none was, the last durable one. */
  published(): string
  /**
   * Keeps a durable checkpoint of the node log that others have signed too, in the segments and as
   * `published/checkpoint`.
   * @throws PortcullisError `CHECKPOINT_UNTRUSTED` for what is no checkpoint of this ledger.
   */
  publish(note: string): void
  /** That the first `from` leaves of the node log's first `to` are unchanged. */
  consistency(from: number, to: number): Hash[]
  /** Signs with these from the next group on. */
  useSigners(signers: LedgerSigners): void
  /** Calls `listener` with each receipt once it is durable, in order. Returns what ends that. */
  subscribe(listener: (receipt: Receipt) => void): () => void
  /** Calls `listener` with each checkpoint of the node log once it is durable. */
  onHead(listener: (note: string) => void): () => void
  /** Refuses all that is pending and all that comes, until the ledger is opened again. */
  seal(reason: string): void
  /** Waits for what was appended, then releases the files. */
  close(): Promise<void>
}

/**
 * Opens or creates the ledger as its one writer and records what a crash interrupted. Rejects
 * `LEDGER_LOCKED`, `LEDGER_CORRUPT`, `LEDGER_KEY_MISMATCH`, `LEDGER_FULL` or `LEDGER_UNAVAILABLE`;
 * nothing may be carried out then.
 */
export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  const service = await startService(options)
  const parts = connect(options, service)
  try {
    await recover(options, service, parts)
  } catch (error) {
    await parts.writer.close()
    await service.end()
    throw error
  }
  return present(options, service, parts)
}

type Parts = ReturnType<typeof connect>

async function startService(options: LedgerOptions): Promise<GroupService> {
  const { directory, signers, segmentBytes, freeSpaceMark, inline } = options
  const settings = {
    ...{ directory, signers },
    ...(segmentBytes !== undefined && { segmentBytes }),
    ...(freeSpaceMark !== undefined && { freeSpaceMark }),
  }
  if (inline === undefined) return LedgerThread.start(settings)
  try {
    return new CallingThread({ ...settings, files: inline.files ?? DISK })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new PortcullisError(openingCode(cause), message, { cause })
  }
}

function connect(options: LedgerOptions, service: GroupService) {
  const { directory, signers, queueLimit = DEFAULT_LEDGER_QUEUE, log, inline } = options
  const { opened } = service
  const origin = signers.active.name
  const { runs = new ScannedRuns(directory) } = options
  const logs = new TenantLogs(opened.logs, () => newOrigin(origin))
  const queue = new ReceiptQueue({
    ...{ logs, open: opened.open, limit: queueLimit, batchBytes: options.batchBytes },
    lastOfRun: runs.lastOfRun,
    onDurable: (number, run, leafHash) => runs.add(number, run, leafHash),
  })
  const writer = new LedgerWriter({
    ...{ origin, opened, committer: service, queue, log, headIntervalMs: options.headIntervalMs },
    // Whoever waits for the disk in its own thread first lets others say what they have.
    defer: inline === undefined ? queueMicrotask : setImmediate,
    onSealed: (error) => options.onSealed?.(error),
  })
  const { size, subtrees } = opened.node
  const node = new NodeHashes(Frontier.resume(size, subtrees))
  service.listen({
    answered(answer) {
      if (answer.type === 'committed') node.add(answer.heads)
      writer.answered(answer)
    },
    stands: (standing) => writer.stands(standing),
    failed: (reason) => writer.seal(reason),
  })
  return { writer, logs, node }
}

/** Records what crashes left behind, before anything else is recorded. */
async function recover(
  { clock = Date, ids = { next: randomUUID }, log, queueLimit }: LedgerOptions,
  service: GroupService,
  { writer, logs }: Parts,
): Promise<void> {
  const { open, unreported } = service.opened
  const ports = { now: clock.now(), nextId: () => ids.next() }
  const tails = unreported.map((name) => quarantinedTail(name, ports))
  for (const name of unreported.filter(isDamage)) log.error('ledger.damaged', { reason: name })
  const receipts = [...tails, ...interruptedActions(open, ports)]
  for (const batch of batchesOf(receipts, queueLimit ?? DEFAULT_LEDGER_QUEUE)) {
    await writer.appendAll(logs.numbered(batch.log), batch.drafts)
  }
  if (tails.length > 0) service.reported()
}

function present(options: LedgerOptions, service: GroupService, parts: Parts) {
  const { writer, logs, node } = parts
  let { signers } = options
  let { published } = service.opened
  let ending: Promise<void> | undefined
  const defaultLog = logs.of(DEFAULT_TENANT)
  const origin = signers.active.name
  return {
    origin,
    get vkey() {
      return vkeyOf(signers.active)
    },
    append: (draft) => writer.append(defaultLog, draft),
    appendAll: (drafts) => writer.appendAll(defaultLog, drafts),
    of(tenant) {
      const log = logs.of(tenant)
      return {
        origin: log.origin,
        get size() {
          return log.size
        },
        append: (draft) => writer.append(log, draft),
      }
    },
    checkpoint: () => writer.checkpoint,
    published: () => published ?? writer.checkpoint,
    publish(note) {
      const keys = new NoteSigner(signers).keys(origin)
      if (signedCheckpoint(note, keys) === undefined) {
        const message = 'the note is no checkpoint of this ledger'
        throw new PortcullisError('CHECKPOINT_UNTRUSTED', message)
      }
      writer.cosign(note)
      published = note
    },
    consistency(from, to) {
      const hashes = from >= node.from ? node : scanNodeHashes(options.directory, from)
      return hashes.consistency(from, to)
    },
    useSigners(next) {
      signers = next
      service.useSigners(next)
    },
    subscribe: (listener) => writer.subscribe(listener),
    onHead: (listener) => writer.onHead(listener),
    seal: (reason) => writer.seal(reason),
    close() {
      ending ??= writer.close().then(() => service.end())
      return ending
    },
  } satisfies OpenLedger
}
