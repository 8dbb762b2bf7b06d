import { PortcullisError } from '../../kernel/errors.ts'
import { leafText } from '../../kernel/receipt/leaf.ts'
import { RECEIPT_VERSION, type Receipt, type ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { type LookUp, RunHeads } from '../../kernel/receipt/run-heads.ts'
import { Batch } from './batch.ts'
import type { LogName, OpenAction } from './ledger-state.ts'
import { OpenActions } from './open-actions.ts'
import type { TenantLog, TenantLogs } from './tenant-logs.ts'

/** Runs whose last leaf hash is kept at hand; the others are looked up. */
const RUNS_AT_HAND = 32_768

/** Leaf hash (base64) of the last receipt of a run in a log, of those on the disk. */
export type LastOfRun = LookUp

export interface QueueOptions {
  readonly logs: TenantLogs
  /** Actions without outcome on the disk. */
  readonly open: readonly OpenAction[]
  readonly lastOfRun: LastOfRun
  /** Called for each receipt that is on the disk, in order. */
  onDurable?(log: number, run: string, leafHash: string): void
  /** Receipts that may wait. */
  readonly limit: number
  readonly batchBytes?: number | undefined
}

/** Where a receipt stands in its log. */
export interface Place {
  readonly id: string
  readonly seq: number
}

/** Who waits for a receipt. */
export interface Waiter {
  resolve(place: Place): void
  reject(error: PortcullisError): void
}

/** A receipt on its way to the disk. */
export interface Pending {
  readonly log: TenantLog
  readonly receipt: Receipt
  /** In base64. */
  readonly leafHash: string
  /** Text of the leaf, where it opens an action. */
  readonly opens: string | undefined
  readonly waiter: Waiter
}

/** What goes to the disk at once. */
export interface Filling {
  readonly batch: Batch
  readonly pending: readonly Pending[]
  readonly declared: readonly LogName[]
  /** All of it tells how something ended. */
  readonly concluding: boolean
}

interface Mutable extends Filling {
  readonly pending: Pending[]
  readonly declared: LogName[]
  concluding: boolean
}

/** Receipts in the order in which they were appended, each with its place in its log. */
export class ReceiptQueue {
  readonly open: OpenActions
  readonly #options: QueueOptions
  /** Batches to be filled again: as many as there ever were at once. */
  readonly #spare: Batch[] = []
  #runs: RunHeads
  #fillings: Mutable[] = []
  #count = 0

  constructor(options: QueueOptions) {
    this.#options = options
    this.open = new OpenActions(options.open)
    this.#runs = this.#runHeads()
  }

  get isEmpty(): boolean {
    return this.#fillings.length === 0
  }

  /**
   * Gives a receipt its place and queues it. Not a step may fail between taking the place and
   * queueing: the log would have a gap.
   * @throws PortcullisError `LEDGER_BUSY`, `LEDGER_RECEIPT_REJECTED`, `LEDGER_UNAVAILABLE`.
   */
  add(log: TenantLog, draft: ReceiptDraft, waiter: Waiter): void {
    const opens = opensAction(draft)
    if (this.#count >= this.#options.limit || (opens && this.open.isFull)) {
      throw new PortcullisError('LEDGER_BUSY', 'too many receipts wait, or actions are under way')
    }
    const receipt = this.#place(log, draft)
    const text = leafText(receipt)
    const filling = this.#filling()
    if (this.#options.logs.number(log)) filling.declared.push(nameOf(log))
    const number = log.log ?? 0
    const leafHash = filling.batch.add(number, text)
    this.#runs.set(number, receipt.run, leafHash)
    log.next += 1
    filling.pending.push({ log, receipt, leafHash, opens: opens ? text : undefined, waiter })
    filling.concluding &&= concludes(draft)
    this.#count += 1
  }

  /** What goes next, possibly nothing but an empty batch. It counts as queued until it is done. */
  take(): Filling {
    return this.#fillings.shift() ?? this.#begin()
  }

  /** What was taken is on the disk. */
  done({ batch, pending, declared }: Filling): void {
    this.#count -= pending.length
    this.#options.logs.declared(declared.length)
    for (const { log, receipt, leafHash, opens } of pending) {
      this.#options.onDurable?.(log.log ?? 0, receipt.run, leafHash)
      log.size = receipt.seq + 1
      if (opens !== undefined) this.open.add(receipt.id, { log: log.log ?? 0, leaf: opens })
      if (receipt.kind === 'effect' && receipt.effect?.of !== undefined) {
        this.open.remove(receipt.effect.of)
      }
    }
    this.#recycle(batch)
  }

  /** Takes all receipts out, also those of `taken`: none of them will be on the disk. */
  clear(taken: Filling | undefined): readonly Pending[] {
    const fillings = [...(taken === undefined ? [] : [taken]), ...this.#fillings]
    this.#fillings = []
    this.#count = 0
    this.#options.logs.reset()
    this.#runs = this.#runHeads()
    for (const { batch } of fillings) this.#recycle(batch)
    return fillings.flatMap(({ pending }) => pending)
  }

  /** How many receipts wait, or are being written. */
  get count(): number {
    return this.#count
  }

  #runHeads(): RunHeads {
    const { limit, lastOfRun } = this.#options
    // INVARIANT: at least as many as may be pending. A run is then let go only once its last
    // receipt is durable, where the look-up finds it.
    return new RunHeads(Math.max(RUNS_AT_HAND, limit), lastOfRun)
  }

  #place({ log: number, origin, next }: TenantLog, draft: ReceiptDraft): Receipt {
    const place = { v: RECEIPT_VERSION, log: origin, seq: next } as const
    // The log of a new tenant has no run yet.
    const prev = number === undefined ? undefined : this.#lastOf(number, draft.run)
    return prev === undefined ? { ...draft, ...place } : { ...draft, ...place, prev }
  }

  #lastOf(log: number, run: string): string | undefined {
    try {
      return this.#runs.get(log, run)
    } catch (cause) {
      throw new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger cannot be read', { cause })
    }
  }

  #filling(): Mutable {
    const last = this.#fillings.at(-1)
    if (last !== undefined && !last.batch.isFull) return last
    const filling = this.#begin()
    this.#fillings.push(filling)
    return filling
  }

  #begin(): Mutable {
    const batch = this.#spare.pop() ?? new Batch(this.#options.batchBytes)
    return { batch, pending: [], declared: [], concluding: true }
  }

  #recycle(batch: Batch): void {
    batch.clear()
    this.#spare.push(batch)
  }
}

/** Receipts that say how something ended: the last room on the disk is for them. */
export function concludes({ kind }: ReceiptDraft): boolean {
  return kind === 'effect' || kind === 'lifecycle'
}

/** A receipt as it was before it had a place. */
export function withoutPlace(receipt: Receipt): ReceiptDraft {
  const { v: _v, log: _log, seq: _seq, prev: _prev, ...draft } = receipt
  return draft
}

function opensAction({ kind, effect }: ReceiptDraft): boolean {
  return kind === 'decision' && effect?.state === 'dispatched'
}

function nameOf({ log = 0, origin, tenant }: TenantLog): LogName {
  return { log, origin, tenant }
}
