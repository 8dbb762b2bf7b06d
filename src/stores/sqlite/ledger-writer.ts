import { PortcullisError } from '../../kernel/errors.ts'
import { leafText } from '../../kernel/receipt/leaf.ts'
import { RECEIPT_VERSION, type Receipt, type ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { RunHeads } from '../../kernel/receipt/run-heads.ts'
import { leafHashOfText } from '../../kernel/tlog/hash.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { NewLeaf } from './ledger-file.ts'

/** Runs whose last leaf hash is kept at hand; the others are looked up in the file. */
const RUNS_AT_HAND = 10_000

export interface WriterOptions {
  readonly origin: string
  /** Receipts already in the log. */
  readonly size: number
  readonly checkpoint: string
  readonly queueLimit: number
  readonly log: Log
  /** Hands leaves to the thread that writes; it answers by `committed`, or the log is `seal`ed. */
  commit(leaves: readonly NewLeaf[]): void
  /** Leaf hash (base64) of the last durable receipt of a run before `seq`. */
  lastOfRun(run: string, seq: number): string | undefined
  onSealed?(error: PortcullisError): void
}

/** A receipt on its way to the disk, and who waits for it. */
interface Pending {
  readonly receipt: Receipt
  readonly leaf: NewLeaf
  resolve(place: { id: string; seq: number }): void
  reject(error: PortcullisError): void
}

/**
 * Gives receipts their place and commits them in groups: whatever came while the last commit was
 * under way goes into the next one, so one caller waits for one sync and many share it.
 */
export class LedgerWriter {
  readonly #options: WriterOptions
  readonly #runs: RunHeads
  readonly #listeners = new Set<(receipt: Receipt) => void>()
  #next: number
  #checkpoint: string
  #waiting: Pending[] = []
  #committing: readonly Pending[] = []
  #scheduled = false
  #state: 'open' | 'closing' | 'sealed' = 'open'
  /** What `append` rejects with, once it does. */
  #refusal: PortcullisError | undefined
  #idle: (() => void) | undefined

  constructor(options: WriterOptions) {
    this.#options = options
    this.#next = options.size
    this.#checkpoint = options.checkpoint
    // INVARIANT: at least as many as may be pending. A run is then let go only once its last
    // receipt is durable, where the look-up finds it.
    const limit = Math.max(RUNS_AT_HAND, options.queueLimit)
    this.#runs = new RunHeads(limit, (run) => options.lastOfRun(run, this.#next))
  }

  get checkpoint(): string {
    return this.#checkpoint
  }

  /** Not a step may fail between taking a `seq` and queueing: the log would have a gap. */
  async append(draft: ReceiptDraft): Promise<{ id: string; seq: number }> {
    if (this.#refusal !== undefined) throw this.#refusal
    if (this.#pending >= this.#options.queueLimit) {
      throw new PortcullisError('LEDGER_BUSY', 'too many receipts wait for the disk')
    }
    const receipt = this.#place(draft)
    const text = leafText(receipt)
    this.#next += 1
    this.#runs.set(receipt.run, leafHashOfText(text))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ receipt, leaf: newLeaf(receipt, text), resolve, reject })
      this.#schedule()
    })
  }

  /** The group under way is on the disk, under this checkpoint. */
  committed(checkpoint: string): void {
    const done = this.#committing
    this.#committing = []
    this.#checkpoint = checkpoint
    this.#flush()
    for (const { receipt, resolve } of done) {
      resolve({ id: receipt.id, seq: receipt.seq })
      this.#tell(receipt)
    }
    this.#settle()
  }

  /** Refuses all that is pending and all that comes. There is no way back but to open anew. */
  seal(reason: string): void {
    if (this.#state === 'sealed' || (this.#state === 'closing' && this.#pending === 0)) return
    const message = 'the ledger could not be written and is sealed'
    const error = new PortcullisError('LEDGER_UNAVAILABLE', message, { cause: new Error(reason) })
    this.#state = 'sealed'
    this.#refusal = error
    this.#options.log.error('ledger.sealed', { reason })
    for (const { reject } of [...this.#committing, ...this.#waiting]) reject(error)
    this.#committing = []
    this.#waiting = []
    this.#settle()
    this.#options.onSealed?.(error)
  }

  subscribe(listener: (receipt: Receipt) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes no more receipts; resolves when none is pending. */
  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing'
    this.#refusal ??= new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger is closed')
    return new Promise((resolve) => {
      this.#idle = resolve
      this.#settle()
    })
  }

  get #pending(): number {
    return this.#waiting.length + this.#committing.length
  }

  #place(draft: ReceiptDraft): Receipt {
    const { origin: log } = this.#options
    const prev = this.#lastOf(draft.run)
    const place = { v: RECEIPT_VERSION, log, seq: this.#next } as const
    return prev === undefined ? { ...draft, ...place } : { ...draft, ...place, prev }
  }

  #lastOf(run: string): string | undefined {
    try {
      return this.#runs.get(run)
    } catch (cause) {
      throw new PortcullisError('LEDGER_UNAVAILABLE', 'the ledger cannot be read', { cause })
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#committing.length > 0) return
    this.#scheduled = true
    // A microtask, so that receipts appended in one go share a commit.
    queueMicrotask(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#waiting.length === 0 || this.#committing.length > 0) return
    this.#committing = this.#waiting
    this.#waiting = []
    this.#options.commit(this.#committing.map(({ leaf }) => leaf))
  }

  #tell(receipt: Receipt): void {
    for (const listener of this.#listeners) {
      try {
        listener(receipt)
      } catch (error) {
        // The receipt is durable whatever a watcher makes of it.
        this.#options.log.error('ledger.listener_failed', { reason: String(error) })
      }
    }
  }

  #settle(): void {
    if (this.#pending === 0) this.#idle?.()
  }
}

function newLeaf({ id, run, kind, effect }: Receipt, text: string): NewLeaf {
  const opens = kind === 'decision' && effect?.state === 'dispatched'
  const closes = kind === 'effect' ? effect?.of : undefined
  return closes === undefined ? { id, run, text, opens } : { id, run, text, opens, closes }
}
