import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { indexInvalid, isIndexDamage, openIndexToRead } from './index-database.ts'
import { assertLedger, type IndexingOptions, indexLedger } from './index-ledger.ts'
import { NODE_LOG } from './ledger-state.ts'
import { LedgerView } from './ledger-view.ts'
import { NodeLog, ReceiptLog } from './read-log.ts'
import { SegmentReader } from './segment-reader.ts'

export {
  DEFAULT_RECEIPT_LIMIT,
  type LogReader,
  type NodeLog,
  type ReceiptLog,
  type ReceiptQuery,
} from './read-log.ts'

/** Most leaves that a reader keeps in memory because no index has them. */
export const UNINDEXED_LIMIT = 10_000

export interface ReadLedgerOptions extends IndexingOptions {
  /** Size of the node log that is on the disk, where the writer is at hand to say so. */
  durable?(): number
}

/** A ledger open for reading, beside its writer or without one. It sees what is durable. */
export class LedgerReader {
  readonly #directory: string
  readonly #options: ReadLedgerOptions
  readonly #segments: SegmentReader
  #db: DatabaseSync
  #view: LedgerView

  constructor(directory: string, options: ReadLedgerOptions) {
    this.#directory = directory
    this.#options = options
    this.#segments = new SegmentReader(directory)
    this.#db = openUnlessDamaged(directory) ?? this.#index()
    this.#view = this.#look()
  }

  /** The logs of all tenants. */
  logs(): readonly ReceiptLog[] {
    return this.#view.logs
      .filter(({ log }) => log !== NODE_LOG)
      .map((log) => new ReceiptLog(this.#view, log, this.node))
  }

  /** The log of a tenant; throws `LEDGER_RECEIPT_UNKNOWN` for one without. */
  of(tenant: string = DEFAULT_TENANT): ReceiptLog {
    const log = this.#view.logs.find((named) => named.tenant === tenant)
    if (log !== undefined) return new ReceiptLog(this.#view, log, this.node)
    throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', `no receipts of the tenant \`${tenant}\``)
  }

  /** The log that has the heads of all others as its leaves. */
  get node(): NodeLog {
    const log = this.#view.logs.find((named) => named.log === NODE_LOG)
    if (log !== undefined) return new NodeLog(this.#view, log, this.#directory)
    throw new PortcullisError('LEDGER_CORRUPT', 'the ledger has no signed checkpoint')
  }

  /** The last signed checkpoint of the node log. */
  checkpoint(): string {
    return this.node.checkpoint()
  }

  /** Leaf hash (base64) of the last receipt of a run in the log of this number. */
  lastOfRun(log: number, run: string): string | undefined {
    const hash = this.#view.lastOfRun(log, run)
    return hash && Buffer.from(hash).toString('base64')
  }

  /** Sees what has become durable since. Logs that were handed out before are of no use then. */
  refresh(): void {
    this.#guarded(() => this.#view.read(UNINDEXED_LIMIT))
    if (this.#view.unindexed >= UNINDEXED_LIMIT) this.#view = this.#look()
  }

  close(): void {
    this.#segments.close()
    this.#db.close()
  }

  #look(): LedgerView {
    const view = this.#guarded(() => {
      const opened = this.#open()
      opened.read(UNINDEXED_LIMIT)
      return opened
    })
    if (view.unindexed < UNINDEXED_LIMIT) return view
    // Beside the writer somebody else continues the index: nobody is held up here.
    if (this.#options.durable !== undefined) {
      view.read(Number.POSITIVE_INFINITY)
      return view
    }
    this.#db.close()
    this.#db = this.#index()
    const again = this.#open()
    again.read(Number.POSITIVE_INFINITY)
    return again
  }

  #open(): LedgerView {
    const { durable } = this.#options
    const parts = { directory: this.#directory, db: this.#db, segments: this.#segments }
    return new LedgerView(durable === undefined ? parts : { ...parts, durable })
  }

  #index(): DatabaseSync {
    return indexLedger(this.#directory, this.#options)
  }

  #guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      if (cause instanceof PortcullisError || !isIndexDamage(cause)) throw cause
      throw indexInvalid('it cannot be read', cause)
    }
  }
}

/** Nothing also where what is there is no index any more: it is made anew then. */
function openUnlessDamaged(directory: string): DatabaseSync | undefined {
  try {
    return openIndexToRead(directory)
  } catch (error) {
    if (isIndexDamage(error)) return undefined
    throw error
  }
}

/**
 * Opens a ledger for reading. An index that is damaged, not there or far behind is made first,
 * where that is possible beside the segments, or else in memory.
 * @throws PortcullisError `LEDGER_MISSING`, `LEDGER_CORRUPT`, `LEDGER_INDEX_INVALID`.
 */
export function readLedger(directory: string, options: ReadLedgerOptions = {}): LedgerReader {
  assertLedger(directory)
  return new LedgerReader(directory, options)
}
