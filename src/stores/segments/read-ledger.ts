import { PortcullisError } from '../../kernel/errors.ts'
import { parseReceipt } from '../../kernel/receipt/parse-receipt.ts'
import { formatPortable } from '../../kernel/receipt/portable.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { matches, type ReceiptFilter } from '../../kernel/receipt/receipt-filter.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { type Hash, leafHash, nodeHash } from '../../kernel/tlog/hash.ts'
import { inclusionProof, verifyInclusion } from '../../kernel/tlog/proof.ts'
import { formatTlogProof } from '../../kernel/tlog/tlog-proof.ts'
import { FRAME_KINDS } from './frame.ts'
import { NODE_LOG } from './ledger-state.ts'
import { DEFAULT_TENANT } from './open-group-writer.ts'
import { parseLogName } from './replay.ts'
import { listSegments, readFrames } from './segment-files.ts'

/** How many receipts a query gives unless it says. */
export const DEFAULT_RECEIPT_LIMIT = 100

export interface ReceiptQuery {
  /** The first `seq` to look at; without it the oldest, or the newest when `newestFirst`. */
  readonly from?: number
  readonly limit?: number
  readonly newestFirst?: boolean
  readonly filter?: ReceiptFilter
}

/** One log as its segments have it. */
export interface LogReader {
  readonly origin: string
  readonly size: number
  /** The receipt with this id or `seq`; throws `LEDGER_RECEIPT_UNKNOWN`. */
  receipt(which: string | number): Receipt
  receipts(query: ReceiptQuery): Iterable<Receipt>
  /** The receipt as a file that verifies offline, proved under the last signed head of its log. */
  proof(which: string | number): string
}

/** A ledger read whole from its segments: what is durable at the opening, and no more. */
export interface LedgerReader {
  /** The last checkpoint of the node log. */
  checkpoint(): string
  of(tenant?: string): LogReader
}

/** Reads a ledger; throws `LEDGER_MISSING` or `LEDGER_CORRUPT`. */
export function readLedger(directory: string): LedgerReader {
  const logs = new Map<number, ScannedLog>()
  let node: string | undefined
  for (const { log: number, kind, body } of framesOf(directory)) {
    const text = Buffer.from(body).toString('utf8')
    if (kind === FRAME_KINDS.log) {
      const name = parseLogName(text)
      if (name !== undefined) logs.set(number, new ScannedLog(name.tenant, name.origin))
    }
    if (kind === FRAME_KINDS.checkpoint && number === NODE_LOG) node = text
    const log = logs.get(number)
    if (kind === FRAME_KINDS.leaf) log?.leaves.push(text)
    if (kind === FRAME_KINDS.checkpoint && log !== undefined) log.head = text
    if (kind === FRAME_KINDS.checkpoint && number === NODE_LOG) {
      for (const each of logs.values()) each.size = each.leaves.length
    }
  }
  return {
    checkpoint() {
      if (node !== undefined) return node
      throw new PortcullisError('LEDGER_CORRUPT', 'there is no checkpoint')
    },
    of(tenant = DEFAULT_TENANT) {
      for (const log of logs.values()) if (log.tenant === tenant) return log
      throw new PortcullisError('LEDGER_CORRUPT', `there is no log of \`${tenant}\``)
    },
  }
}

function* framesOf(directory: string) {
  try {
    if (listSegments(directory).length === 0) throw missing(directory)
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw missing(directory, { cause })
  }
  for (const found of readFrames(directory)) {
    if ('bad' in found) return
    yield found.frame
  }
}

function missing(directory: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('LEDGER_MISSING', `no ledger at \`${directory}\``, options)
}

class ScannedLog implements LogReader {
  readonly tenant: string
  readonly origin: string
  /** Texts of the leaves; those beyond `size` are not under a checkpoint yet. */
  readonly leaves: string[] = []
  size = 0
  head: string | undefined

  constructor(tenant: string, origin: string) {
    this.tenant = tenant
    this.origin = origin
  }

  receipt(which: string | number): Receipt {
    return parsed(this.leaves[this.#seqOf(which)] ?? '')
  }

  *receipts({ from, limit, newestFirst = false, filter = {} }: ReceiptQuery): Iterable<Receipt> {
    let left = limit ?? DEFAULT_RECEIPT_LIMIT
    const step = newestFirst ? -1 : 1
    const start = from ?? (newestFirst ? this.size - 1 : 0)
    const first = newestFirst ? Math.min(start, this.size - 1) : start
    for (let seq = first; seq >= 0 && seq < this.size && left > 0; seq += step) {
      const receipt = parsed(this.leaves[seq] ?? '')
      if (!matches(receipt, filter)) continue
      yield receipt
      left -= 1
    }
  }

  proof(which: string | number): string {
    const index = this.#seqOf(which)
    const head = this.head === undefined ? undefined : claimedCheckpoint(this.head)
    if (this.head === undefined || head === undefined || index >= head.size) {
      const message = `no signed head covers receipt ${index} yet: it does within a second`
      throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', message)
    }
    const leaf = this.leaves[index] ?? ''
    const hashes = this.leaves.slice(0, head.size).map((text) => leafHash(Buffer.from(text)))
    const path = inclusionProof(index, head.size, subtreesOf(hashes))
    if (!verifyInclusion({ hash: leafHash(Buffer.from(leaf)), index }, head, path)) {
      throw new PortcullisError('LEDGER_CORRUPT', `receipt ${index} is not what was signed`)
    }
    const proof = formatTlogProof({ index, path, checkpoint: this.head })
    return formatPortable({ receipt: leaf, proof })
  }

  #seqOf(which: string | number): number {
    const seq =
      typeof which === 'number'
        ? which
        : this.leaves.findIndex((leaf) => leaf.includes(which) && parsed(leaf).id === which)
    if (seq >= 0 && seq < this.size) return seq
    throw new PortcullisError('LEDGER_RECEIPT_UNKNOWN', `no receipt \`${which}\``)
  }
}

function parsed(leaf: string): Receipt {
  try {
    return parseReceipt(leaf)
  } catch (cause) {
    throw new PortcullisError('LEDGER_CORRUPT', 'a receipt cannot be read', { cause })
  }
}

function subtreesOf(hashes: readonly Hash[]) {
  const levels: Hash[][] = [[...hashes]]
  for (let below = levels[0] ?? []; below.length > 1; below = levels.at(-1) ?? []) {
    const parents: Hash[] = []
    for (let at = 0; at + 1 < below.length; at += 2) {
      const [left, right] = [below[at], below[at + 1]]
      if (left !== undefined && right !== undefined) parents.push(nodeHash(left, right))
    }
    levels.push(parents)
  }
  return (height: number, index: number): Hash => {
    const hash = levels[height]?.[index]
    if (hash !== undefined) return hash
    throw new PortcullisError('INTERNAL', `no subtree ${index} of height ${height}`)
  }
}
