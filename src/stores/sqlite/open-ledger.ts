import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { PortcullisError } from '../../kernel/errors.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import type { Clock, Ids, Ledger, Log } from '../../pipeline/ports.ts'
import { interruptedActions } from './interrupted-actions.ts'
import { lastOfRun, openForReading } from './ledger-database.ts'
import { type LedgerSigner, vkeyOf } from './ledger-file.ts'
import { LedgerThread } from './ledger-thread.ts'
import { LedgerWriter } from './ledger-writer.ts'

/** How many receipts may wait for the disk before `append` rejects `LEDGER_BUSY`. */
export const DEFAULT_LEDGER_QUEUE = 4_096

export interface LedgerOptions {
  readonly file: string
  readonly signer: LedgerSigner
  readonly log: Log
  /** For the receipts that the ledger writes itself, after a crash. */
  readonly clock?: Pick<Clock, 'now'>
  readonly ids?: Ids
  readonly queueLimit?: number
  /** Called once, when a write failed and the ledger takes no more until it is opened again. */
  onSealed?(error: PortcullisError): void
}

/** The ledger while it is open for its one writer. */
export interface OpenLedger extends Ledger {
  /** Name of the log, on its checkpoints and in its receipts. */
  readonly origin: string
  /** The public key that verifies them. */
  readonly vkey: string
  /** The last durable checkpoint, a signed note. */
  checkpoint(): string
  /** Calls `listener` with each receipt once it is durable, in order. Returns what ends that. */
  subscribe(listener: (receipt: Receipt) => void): () => void
  /** Waits for what was appended, then releases the file. */
  close(): Promise<void>
}

/**
 * Opens or creates the ledger as its one writer, in a thread of its own, and records what a crash
 * interrupted. Rejects `LEDGER_LOCKED`, `LEDGER_CORRUPT`, `LEDGER_KEY_MISMATCH` or
 * `LEDGER_UNAVAILABLE`; nothing may be carried out then.
 */
export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  const { file, signer } = options
  const thread = await LedgerThread.start({ file, signer })
  const reader = await openReader(file, thread)
  const writer = createWriter(options, thread, reader)
  const end = async () => {
    await writer.close()
    // The writer's connection goes last: only it can move the write-ahead log into the file.
    reader.close()
    await thread.end()
  }
  try {
    await recover(options, thread.opened.interrupted, writer)
  } catch (error) {
    await end()
    throw error
  }
  let ending: Promise<void> | undefined
  return {
    origin: signer.name,
    vkey: vkeyOf(signer),
    append: (draft) => writer.append(draft),
    checkpoint: () => writer.checkpoint,
    subscribe: (listener) => writer.subscribe(listener),
    close: () => {
      ending ??= end()
      return ending
    },
  }
}

async function openReader(file: string, thread: LedgerThread): Promise<DatabaseSync> {
  try {
    return openForReading(file)
  } catch (error) {
    await thread.end()
    throw error
  }
}

function createWriter(
  options: LedgerOptions,
  thread: LedgerThread,
  reader: DatabaseSync,
): LedgerWriter {
  const writer = new LedgerWriter({
    origin: options.signer.name,
    size: thread.opened.size,
    checkpoint: thread.opened.checkpoint,
    queueLimit: options.queueLimit ?? DEFAULT_LEDGER_QUEUE,
    log: options.log,
    commit: (leaves) => thread.commit(leaves),
    lastOfRun: lastOfRun(reader),
    onSealed: (error) => options.onSealed?.(error),
  })
  thread.listen({
    committed: (checkpoint) => writer.committed(checkpoint),
    failed: (reason) => writer.seal(reason),
  })
  return writer
}

async function recover(
  { clock = Date, ids = { next: randomUUID } }: LedgerOptions,
  interrupted: readonly string[],
  writer: LedgerWriter,
): Promise<void> {
  for (const draft of interruptedActions(interrupted, clock.now(), () => ids.next())) {
    await writer.append(draft)
  }
}
