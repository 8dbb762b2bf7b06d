import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import { formatPortable } from '../../kernel/receipt/portable.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { matches, type ReceiptFilter } from '../../kernel/receipt/receipt-filter.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { inclusionProof, verifyInclusion } from '../../kernel/tlog/proof.ts'
import { formatTlogProof } from '../../kernel/tlog/tlog-proof.ts'
import { bytesOf, lastCheckpoint, openForReading } from './ledger-database.ts'
import { LedgerHashes } from './ledger-hashes.ts'

/** How many receipts a query gives unless it says. */
export const DEFAULT_RECEIPT_LIMIT = 100

export interface ReceiptQuery {
  /** The first `seq` to look at; without it the oldest, or the newest when `newestFirst`. */
  readonly from?: number
  readonly limit?: number
  readonly newestFirst?: boolean
  readonly filter?: ReceiptFilter
}

/** A ledger open for reading, beside its writer or without one. It sees what is durable. */
export class LedgerReader {
  readonly #db: DatabaseSync
  readonly #hashes: LedgerHashes
  readonly #bySeq: StatementSync
  readonly #byId: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#hashes = new LedgerHashes(db)
    this.#bySeq = db.prepare('SELECT bytes FROM leaf WHERE seq = ?')
    this.#byId = db.prepare('SELECT bytes FROM leaf WHERE id = ? ORDER BY seq LIMIT 1')
  }

  /** The last signed checkpoint. */
  checkpoint(): string {
    return lastCheckpoint(this.#db).note
  }

  /** The receipt with this id or `seq`; throws `LEDGER_RECEIPT_UNKNOWN`. */
  receipt(which: string | number): Receipt {
    return parseReceipt(textOfLeaf(this.#leaf(which)))
  }

  *receipts({ from, limit, newestFirst = false, filter = {} }: ReceiptQuery): Iterable<Receipt> {
    let left = limit ?? DEFAULT_RECEIPT_LIMIT
    const rows = newestFirst
      ? this.#db.prepare('SELECT bytes FROM leaf WHERE seq <= ? ORDER BY seq DESC')
      : this.#db.prepare('SELECT bytes FROM leaf WHERE seq >= ? ORDER BY seq')
    const start = from ?? (newestFirst ? Number.MAX_SAFE_INTEGER : 0)
    if (left <= 0) return
    for (const row of rows.iterate(start)) {
      const receipt = parseReceipt(textOfLeaf(bytesOf(row.bytes)))
      if (!matches(receipt, filter)) continue
      yield receipt
      left -= 1
      if (left === 0) return
    }
  }

  /**
   * The receipt as a file that verifies offline, proved under the last checkpoint. Throws
   * `LEDGER_CORRUPT` rather than export what would not verify.
   */
  proof(which: string | number): string {
    const leaf = this.#leaf(which)
    const text = textOfLeaf(leaf)
    const { seq: index } = parseReceipt(text)
    const { note } = lastCheckpoint(this.#db)
    const head = claimedCheckpoint(note)
    const path = inclusionProof(index, head.size, this.#hashes.subtrees(head.size))
    if (!verifyInclusion({ hash: leafHash(leaf), index }, head, path)) {
      throw new PortcullisError('LEDGER_CORRUPT', `receipt ${index} is not what was signed`)
    }
    return formatPortable({
      receipt: text,
      proof: formatTlogProof({ index, path, checkpoint: note }),
    })
  }

  close(): void {
    this.#db.close()
  }

  #leaf(which: string | number): Uint8Array {
    const row = typeof which === 'number' ? this.#bySeq.get(which) : this.#byId.get(which)
    if (row !== undefined) return bytesOf(row.bytes)
    throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', `no receipt \`${which}\``)
  }
}

/** Opens a ledger for reading; throws `LEDGER_MISSING` or `LEDGER_CORRUPT`. */
export function readLedger(file: string): LedgerReader {
  return new LedgerReader(openForReading(file))
}

function textOfLeaf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
