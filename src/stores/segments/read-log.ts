import { PortcullisError } from '../../kernel/errors.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import { formatPortable } from '../../kernel/receipt/portable.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import {
  hasTerms,
  isPattern,
  isWithin,
  type ReceiptFilter,
  wantedTerms,
} from '../../kernel/receipt/receipt-filter.ts'
import { claimedCheckpoint, formatCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { type Hash, leafHash } from '../../kernel/tlog/hash.ts'
import { inclusionProof, type SubtreeReader, verifyInclusion } from '../../kernel/tlog/proof.ts'
import { formatTlogProof } from '../../kernel/tlog/tlog-proof.ts'
import type { GrownLog } from './grown-logs.ts'
import { indexInvalid } from './index-database.ts'
import type { LedgerView, SignedHead } from './ledger-view.ts'
import { readPublished } from './published.ts'

/** How many receipts a query gives unless it says. */
export const DEFAULT_RECEIPT_LIMIT = 100

export interface ReceiptQuery {
  /** The first `seq` to look at; without it the oldest, or the newest when `newestFirst`. */
  readonly from?: number
  readonly limit?: number
  readonly newestFirst?: boolean
  readonly filter?: ReceiptFilter
}

/** A log of the ledger as far as it is durable: its leaves, its tree, its last signed head. */
export class LogReader {
  protected readonly view: LedgerView
  readonly #log: GrownLog

  constructor(view: LedgerView, log: GrownLog) {
    this.view = view
    this.#log = log
  }

  get number(): number {
    return this.#log.log
  }

  get origin(): string {
    return this.#log.origin
  }

  get size(): number {
    return this.view.size(this.number)
  }

  /** The bytes of a leaf; nothing where there is none, or where it was taken out after its time. */
  leaf(seq: number): Uint8Array | undefined {
    return this.view.leaf(this.number, seq)
  }

  /** The leaves from one place to before another; those that were taken out are left out. */
  *leaves(from: number, to: number): Iterable<{ readonly seq: number; readonly leaf: Uint8Array }> {
    for (let seq = from; seq < Math.min(to, this.size); seq += 1) {
      const leaf = this.leaf(seq)
      if (leaf !== undefined) yield { seq, leaf }
    }
  }

  /** Hashes of a level of tiles from `first` to before `end`, all of them in the tree. */
  hashes(level: number, first: number, end: number): readonly Hash[] {
    return this.view.hashes({ log: this.number, level }, first, end)
  }

  /** Reads complete subtrees of the tree of the first `size` leaves. */
  subtrees(size: number): SubtreeReader {
    if (size > this.size) throw new RangeError(`the log has ${this.size} leaves, not ${size}`)
    return this.view.subtrees(this.number)
  }

  /** The last checkpoint that was signed under the name of this log; throws if there is none. */
  checkpoint(): string {
    return this.head().note
  }

  protected head(): SignedHead {
    const head = this.view.checkpoint(this.number)
    if (head !== undefined) return head
    throw new PortcullisError('LEDGER_HEAD_UNSIGNED', `no head of \`${this.origin}\` is signed yet`)
  }

  /**
   * A tlog-proof that a leaf is in the log, under a signed checkpoint of it.
   * @throws PortcullisError `LEDGER_INDEX_INVALID` rather than give what would not verify.
   */
  inclusion(seq: number, leaf: Uint8Array, note: string): string {
    const head = claimedCheckpoint(note)
    const path = inclusionProof(seq, head.size, this.subtrees(head.size))
    if (head.origin !== this.origin || !verifyInclusion(placed(leaf, seq), head, path)) {
      throw indexInvalid(`leaf ${seq} of \`${this.origin}\` is not what was signed`)
    }
    return formatTlogProof({ index: seq, path, checkpoint: note })
  }
}

/** The log that has the heads of all others as its leaves. */
export class NodeLog extends LogReader {
  readonly #directory: string

  constructor(view: LedgerView, log: GrownLog, directory: string) {
    super(view, log)
    this.#directory = directory
  }

  /** The checkpoint that others are shown: the one that was published last, or else the last. */
  published(): string {
    return readPublished(this.#directory) ?? this.checkpoint()
  }
}

/** The log of a tenant, whose leaves are receipts. */
export class ReceiptLog extends LogReader {
  readonly #node: NodeLog

  constructor(view: LedgerView, log: GrownLog, node: NodeLog) {
    super(view, log)
    this.#node = node
  }

  /** The receipt with this id or `seq`; throws `LEDGER_RECEIPT_UNKNOWN`. */
  receipt(which: string | number): Receipt {
    return this.#parse(this.#find(which))
  }

  /** Receipts in the order of their places, or the other way round. */
  *receipts({ from, limit, newestFirst = false, filter = {} }: ReceiptQuery): Iterable<Receipt> {
    let left = limit ?? DEFAULT_RECEIPT_LIMIT
    const last = this.size - 1
    const range = newestFirst
      ? ([0, Math.min(from ?? last, last)] as const)
      : ([from ?? 0, last] as const)
    if (left <= 0) return
    for (const seq of this.view.find(this.number, range, { filter, newestFirst })) {
      const leaf = this.leaf(seq)
      if (leaf === undefined) continue
      const receipt = this.#parse({ seq, leaf })
      if (!this.#isWanted(receipt, filter)) continue
      yield receipt
      left -= 1
      if (left === 0) return
    }
  }

  /**
   * The receipt as a file that verifies offline, proved under the last checkpoint of its log, and
   * that checkpoint under the one of the node log that others are shown.
   * @throws PortcullisError `LEDGER_HEAD_UNSIGNED` for a receipt of the last second,
   * `LEDGER_INDEX_INVALID` rather than export what would not verify.
   */
  proof(which: string | number): string {
    const { seq, leaf } = this.#find(which)
    this.#parse({ seq, leaf })
    const { size, note } = this.head()
    if (size <= seq) {
      const message = `no signed head of \`${this.origin}\` covers receipt ${seq} yet`
      throw new PortcullisError('LEDGER_HEAD_UNSIGNED', message)
    }
    const proof = this.inclusion(seq, leaf, note)
    return formatPortable({ receipt: textOf(leaf), proof, head: this.#headProof(size, note) })
  }

  /** That the text of a checkpoint of this log is a leaf of the node log. */
  #headProof(size: number, note: string): string {
    const seq = this.view.headOf(this.number, size)
    if (seq === undefined) throw indexInvalid(`head ${size} of \`${this.origin}\` is missing`)
    const text = Buffer.from(formatCheckpoint(claimedCheckpoint(note)), 'utf8')
    const published = this.#node.published()
    const covers = claimedCheckpoint(published).size > seq
    return this.#node.inclusion(seq, text, covers ? published : this.#node.checkpoint())
  }

  /** Who is not found by what the index promised, the index is wrong about. */
  #isWanted(receipt: Receipt, filter: ReceiptFilter): boolean {
    if (!isWithin(receipt, filter)) return false
    if (hasTerms(receipt, filter)) return true
    if (!this.view.isIndexed(this.number, receipt.seq) || isLoose(filter)) return false
    throw indexInvalid(`receipt ${receipt.seq} is not what was asked for`)
  }

  #find(which: string | number): { seq: number; leaf: Uint8Array } {
    const seq = typeof which === 'number' ? which : this.view.seqOf(this.number, which)
    const leaf = seq === undefined ? undefined : this.leaf(seq)
    if (seq === undefined || leaf === undefined) {
      throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', `no receipt \`${which}\``)
    }
    if (typeof which === 'string' && this.#parse({ seq, leaf }).id !== which) {
      throw indexInvalid(`receipt ${seq} has not the id \`${which}\``)
    }
    return { seq, leaf }
  }

  #parse({ seq, leaf }: { seq: number; leaf: Uint8Array }): Receipt {
    const receipt = parseReceipt(textOf(leaf))
    if (receipt.seq === seq && receipt.log === this.origin) return receipt
    throw indexInvalid(`receipt ${receipt.seq} of \`${receipt.log}\` is in the place of ${seq}`)
  }
}

/** Patterns with many words are not looked up in the index. */
function isLoose(filter: ReceiptFilter): boolean {
  return wantedTerms(filter).some(([, word]) => isPattern(word))
}

function placed(leaf: Uint8Array, index: number): { hash: Hash; index: number } {
  return { hash: leafHash(leaf), index }
}

function textOf(leaf: Uint8Array): string {
  return Buffer.from(leaf.buffer, leaf.byteOffset, leaf.length).toString('utf8')
}
