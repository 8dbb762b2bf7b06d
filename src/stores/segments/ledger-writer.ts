import { PortcullisError } from '../../kernel/errors.ts'
import type { Receipt, ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { Batch } from './batch.ts'
import {
  type CommitAnswer,
  type Group,
  groupBound,
  HEADS_AT_ONCE,
  type OpenedLedger,
  type Standing,
} from './group.ts'
import {
  concludes,
  type Filling,
  type Place,
  type ReceiptQueue,
  type Waiter,
  withoutPlace,
} from './receipt-queue.ts'
import type { TenantLog } from './tenant-logs.ts'

/** Milliseconds between two signatures of the head of one tenant. */
export const HEAD_INTERVAL_MS = 1_000

/** Writes groups, in this thread or another, and answers each by `answered` or `seal`. */
export interface Committer {
  commit(group: Group, batch: Batch): void
  /** Asks for more room where there was none, and how things stand: `stands` is the answer. */
  poke(): void
}

export interface WriterOptions {
  readonly origin: string
  readonly opened: OpenedLedger
  readonly committer: Committer
  readonly queue: ReceiptQueue
  readonly log: Log
  readonly headIntervalMs?: number | undefined
  /** Called later, once: lets what is appended in one go share a group. */
  defer(flush: () => void): void
  onSealed?(error: PortcullisError): void
}

/**
 * Commits receipts in groups: whatever came while the last commit was under way goes into the next
 * one, so one caller waits for one sync and many share it.
 */
export class LedgerWriter {
  readonly #options: WriterOptions
  readonly #queue: ReceiptQueue
  readonly #receiptListeners = new Set<(receipt: Receipt) => void>()
  readonly #headListeners = new Set<(note: string) => void>()
  #checkpoint: string
  #standing: Standing
  #cosigned: string[] = []
  #committing: Filling | undefined
  #scheduled = false
  /** Heads that are to be signed in this round, and when the last one began. */
  #round = 0
  #roundBegan = 0
  #signAll = false
  #timer: NodeJS.Timeout | undefined
  #state: 'open' | 'closing' | 'sealed' = 'open'
  /** What `append` rejects with, once it does. */
  #refusal: PortcullisError | undefined
  #idle: (() => void) | undefined

  constructor(options: WriterOptions) {
    this.#options = options
    this.#queue = options.queue
    this.#checkpoint = options.opened.note
    this.#standing = options.opened.standing
  }

  get checkpoint(): string {
    return this.#checkpoint
  }

  append(log: TenantLog, draft: ReceiptDraft): Promise<Place> {
    return new Promise((resolve, reject) => this.#add(log, draft, { resolve, reject }))
  }

  /** The same for many, with one promise for all of them. */
  appendAll(log: TenantLog, drafts: readonly ReceiptDraft[]): Promise<readonly Place[]> {
    return new Promise((resolve, reject) => {
      const places: Place[] = []
      const waiter = {
        resolve(place: Place) {
          if (places.push(place) === drafts.length) resolve(places)
        },
        reject,
      }
      if (drafts.length === 0) resolve(places)
      for (const draft of drafts) this.#add(log, draft, waiter)
    })
  }

  #add(log: TenantLog, draft: ReceiptDraft, waiter: Waiter): void {
    if (this.#refusal !== undefined) throw this.#refusal
    if (this.#standing.full && !concludes(draft)) throw noRoom()
    this.#queue.add(log, draft, waiter)
    this.#schedule()
  }

  /** Writes a checkpoint with more signatures down, once more beside the one that is there. */
  cosign(note: string): void {
    if (this.#refusal !== undefined) throw this.#refusal
    this.#cosigned.push(note)
    this.#schedule()
  }

  answered(answer: CommitAnswer): void {
    const filling = this.#committing
    this.#committing = undefined
    this.#standing = answer.standing
    if (filling === undefined) return
    if (answer.type === 'refused') this.#refuse(filling)
    else this.#committed(filling, answer.note)
    this.#settle()
  }

  #committed(filling: Filling, note: string): void {
    // A group that only signs heads or keeps cosignatures leaves the head of the node as it is.
    const isNew = note !== this.#checkpoint
    this.#checkpoint = note
    this.#queue.done(filling)
    this.#flush()
    for (const { receipt, waiter } of filling.pending) {
      waiter.resolve({ id: receipt.id, seq: receipt.seq })
      this.#tell(this.#receiptListeners, receipt)
    }
    if (isNew) this.#tell(this.#headListeners, note)
  }

  stands(standing: Standing): void {
    this.#standing = standing
    this.#later()
  }

  /** Refuses all that is pending and all that comes. There is no way back but to open anew. */
  seal(reason: string): void {
    if (this.#state === 'sealed' || (this.#state === 'closing' && this.#isIdle)) return
    const message = 'the ledger could not be written and is sealed'
    const error = new PortcullisError('LEDGER_UNAVAILABLE', message, { cause: new Error(reason) })
    this.#state = 'sealed'
    this.#refusal = error
    this.#options.log.error('ledger.sealed', { reason })
    for (const { waiter } of this.#queue.clear(this.#committing)) waiter.reject(error)
    this.#committing = undefined
    this.#cosigned = []
    clearTimeout(this.#timer)
    this.#settle()
    this.#options.onSealed?.(error)
  }

  /** Calls `listener` with each receipt once it is durable, in order. Returns what ends that. */
  subscribe(listener: (receipt: Receipt) => void): () => void {
    this.#receiptListeners.add(listener)
    return () => this.#receiptListeners.delete(listener)
  }

  /** Calls `listener` with each checkpoint of the node log once it is durable. */
  onHead(listener: (note: string) => void): () => void {
    this.#headListeners.add(listener)
    return () => this.#headListeners.delete(listener)
  }

  /** Takes no more receipts; resolves when none is pending and all heads are signed. */
  close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing'
      this.#signAll = true
      this.#schedule()
    }
    this.#refusal ??= new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger is closed')
    return new Promise((resolve) => {
      this.#idle = resolve
      this.#settle()
    })
  }

  get #isIdle(): boolean {
    return this.#queue.isEmpty && this.#committing === undefined && !this.#hasMore
  }

  /** Is there something to write down beside receipts? */
  get #hasMore(): boolean {
    if (this.#state === 'sealed') return false
    const unsigned = this.#standing.unsigned > 0
    return this.#cosigned.length > 0 || (unsigned && (this.#signAll || this.#round > 0))
  }

  #schedule(): void {
    if (this.#scheduled || this.#committing !== undefined) return
    this.#scheduled = true
    this.#options.defer(() => {
      this.#scheduled = false
      this.#flush()
      this.#settle()
    })
  }

  #flush(): void {
    if (this.#state === 'sealed' || this.#committing !== undefined) return
    this.#beginRound()
    if (this.#queue.isEmpty && !this.#hasMore) {
      this.#later()
      return
    }
    const filling = this.#queue.take()
    const group = this.#group(filling)
    this.#committing = filling
    this.#cosigned = []
    this.#options.committer.commit(group, filling.batch)
  }

  #group({ batch, declared, concluding }: Filling): Group {
    const { frames, hashes, logs } = batch
    const isLast = this.#signAll && this.#queue.isEmpty
    const signHeads = isLast ? 'all' : this.#round > 0 ? 'some' : 'none'
    this.#round = Math.max(0, this.#round - HEADS_AT_ONCE)
    const cosigned = this.#cosigned
    const group = { frames, hashes, logs, declared, concluding, signHeads, cosigned } as const
    const { unsigned, at, room } = this.#standing
    const bound = groupBound(group, unsigned, this.#options.origin)
    const begins = at.offset === 0 || bound > room
    return begins ? { ...group, open: this.#queue.open.list() } : group
  }

  /** Once in a while every changed head is signed, a few with each group, if there is room. */
  #beginRound(): void {
    const { unsigned, full } = this.#standing
    if (this.#state !== 'open' || full || this.#round > 0 || unsigned === 0) return
    const { headIntervalMs = HEAD_INTERVAL_MS } = this.#options
    const now = performance.now()
    if (now - this.#roundBegan < headIntervalMs) return
    this.#round = unsigned
    this.#roundBegan = now
  }

  /** Comes back to heads without signature, and to a disk without room, when nothing else does. */
  #later(): void {
    const { unsigned, full } = this.#standing
    if (this.#timer !== undefined || this.#state !== 'open' || (unsigned === 0 && !full)) return
    const wait = this.#options.headIntervalMs ?? HEAD_INTERVAL_MS
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#standing.full) this.#options.committer.poke()
      else this.#flush()
    }, wait)
    this.#timer.unref()
  }

  /** The disk is full and nothing was written. What ends something is tried once more by itself. */
  #refuse(filling: Filling): void {
    const again = []
    for (const pending of this.#queue.clear(filling)) {
      if (concludes(pending.receipt) && !filling.concluding) again.push(pending)
      else pending.waiter.reject(noRoom())
    }
    this.#options.log.error('ledger.full')
    for (const { log, receipt, waiter } of again) {
      try {
        this.#queue.add(log, withoutPlace(receipt), waiter)
      } catch (error) {
        waiter.reject(error instanceof PortcullisError ? error : noRoom())
      }
    }
    // Heads wait for room too: to try them again at once would never end.
    this.#signAll = false
    this.#round = 0
    this.#flush()
    this.#later()
  }

  #tell<T>(listeners: ReadonlySet<(told: T) => void>, told: T): void {
    for (const listener of listeners) {
      try {
        listener(told)
      } catch (error) {
        // It is durable whatever a watcher makes of it.
        this.#options.log.error('ledger.listener_failed', { reason: String(error) })
      }
    }
  }

  #settle(): void {
    if (!this.#isIdle || this.#scheduled) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#state === 'open') this.#later()
    else this.#idle?.()
  }
}

/** What is said when nothing was written because the disk is full. */
function noRoom(): PortcullisError {
  return new PortcullisError('LEDGER_FULL', 'the disk has no room for more receipts')
}
