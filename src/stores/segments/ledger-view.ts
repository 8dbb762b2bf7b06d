import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ReceiptFilter } from '../../kernel/receipt/receipt-filter.ts'
import type { Hash } from '../../kernel/tlog/hash.ts'
import { leafHash, sameHash } from '../../kernel/tlog/hash.ts'
import type { SubtreeReader } from '../../kernel/tlog/proof.ts'
import { completeRoot, TILE_HEIGHT } from '../../kernel/tlog/tiled-tree.ts'
import { LeafFinder } from './find-leaves.ts'
import { FRAME_KINDS } from './frame.ts'
import type { GrownLog } from './grown-logs.ts'
import { bytesOf, indexInvalid, numberOf, textOf } from './index-database.ts'
import { IndexHashes, type TileLevel } from './index-hashes.ts'
import { readProgress } from './index-progress.ts'
import type { Position } from './segment-files.ts'
import type { SegmentReader } from './segment-reader.ts'
import { Unindexed } from './unindexed.ts'

/** A leaf where the ledger has it. */
interface PlacedLeaf {
  readonly at: Position
  readonly hash: Hash
}

/** A checkpoint as it was signed. */
export interface SignedHead {
  readonly size: number
  readonly note: string
}

export interface ViewOptions {
  readonly directory: string
  readonly db: DatabaseSync
  readonly segments: SegmentReader
  /** Size of the node log that is on the disk; without it the view waits for the disk itself. */
  durable?(): number
}

/**
 * The ledger at one moment: what the index has, and behind it what the segments have. Of the index
 * nothing is taken on trust that a leaf's own bytes can say.
 */
export class LedgerView {
  readonly #segments: SegmentReader
  readonly #durable: (() => number) | undefined
  readonly #hashes: IndexHashes
  readonly #finder: LeafFinder
  readonly #rest: Unindexed
  readonly #leaf: StatementSync
  readonly #named: StatementSync
  readonly #head: StatementSync
  readonly #checkpoint: StatementSync

  constructor({ directory, db, segments, durable }: ViewOptions) {
    this.#segments = segments
    this.#durable = durable
    this.#hashes = new IndexHashes(db)
    this.#finder = new LeafFinder(db)
    this.#leaf = db.prepare('SELECT segment, at, hash FROM leaf WHERE log = ? AND seq = ?')
    this.#named = db.prepare('SELECT seq FROM named WHERE log = ? AND id = ? ORDER BY seq LIMIT 1')
    this.#head = db.prepare('SELECT seq FROM head WHERE log = ? AND size = ?')
    this.#checkpoint = db.prepare('SELECT size, note FROM checkpoint WHERE log = ?')
    db.exec('BEGIN')
    try {
      this.#rest = new Unindexed(directory, readProgress(db, directory))
    } finally {
      db.exec('COMMIT')
    }
  }

  /** Looks for what was written since, up to so many leaves more than the index has. */
  read(limit: number): void {
    const written = this.#rest.read(this.#durable?.() ?? Number.POSITIVE_INFINITY, limit)
    if (this.#durable === undefined) for (const segment of written) this.#segments.sync(segment)
  }

  /** Leaves that are in no index yet. */
  get unindexed(): number {
    return this.#rest.count
  }

  get logs(): readonly GrownLog[] {
    return this.#rest.logs
  }

  size(log: number): number {
    return this.#rest.size(log)
  }

  /** The bytes of a leaf; nothing where it is not there or was taken out after its time. */
  leaf(log: number, seq: number): Buffer | undefined {
    if (!Number.isSafeInteger(seq) || seq < 0 || seq >= this.size(log)) return undefined
    const { at, hash } = this.#place(log, seq)
    const frame = this.#segments.frame(at)
    if (frame.log === log && frame.kind === FRAME_KINDS.pruned && sameHash(frame.body, hash)) {
      return undefined
    }
    const isLeaf = frame.log === log && frame.kind === FRAME_KINDS.leaf
    if (isLeaf && sameHash(leafHash(frame.body), hash)) return Buffer.from(frame.body)
    throw indexInvalid(`leaf ${seq} of log ${log} is not at byte ${at.offset} of ${at.segment}`)
  }

  /** The place of the receipt with this id. */
  seqOf(log: number, id: string): number | undefined {
    const row = this.#named.get(log, id)
    const seq = row && numberOf(row.seq)
    if (seq !== undefined && seq < this.#rest.indexed(log)) return seq
    return this.#rest.leaves(log).find(({ text }) => text !== undefined && idOf(text) === id)?.seq
  }

  /** Places between two that may match, both included; behind the index all are given. */
  *find(log: number, [first, last]: readonly [number, number], wanted: Wanted): Iterable<number> {
    const indexed = this.#rest.indexed(log)
    const old = { log, first, last: Math.min(last, indexed - 1) }
    const fresh = { first: Math.max(first, indexed), last: Math.min(last, this.size(log) - 1) }
    const { filter, newestFirst } = wanted
    if (newestFirst) for (let seq = fresh.last; seq >= fresh.first; seq -= 1) yield seq
    yield* this.#finder.find(old, filter, newestFirst)
    if (!newestFirst) for (let seq = fresh.first; seq <= fresh.last; seq += 1) yield seq
  }

  /** Is this place in the index, so that the index answers for it? */
  isIndexed(log: number, seq: number): boolean {
    return seq < this.#rest.indexed(log)
  }

  /** Leaf hash of the last receipt of a run. */
  lastOfRun(log: number, run: string): Hash | undefined {
    const leaves = this.#rest.leaves(log)
    const fresh = leaves.findLast(({ text }) => text !== undefined && runOf(text) === run)
    if (fresh !== undefined) return fresh.hash
    const seq = this.#finder.lastOfRun(log, run)
    return seq === undefined ? undefined : this.#place(log, seq).hash
  }

  /** Hashes of a level of tiles from `first` to before `end`. */
  hashes({ log, level }: TileLevel, first: number, end: number): Hash[] {
    const indexed = Math.floor(this.#rest.indexed(log) / 2 ** (TILE_HEIGHT * level))
    const split = Math.max(first, Math.min(end, indexed))
    const old = split > first ? this.#hashes.hashes({ log, level }, first, split) : []
    if (split === end) return old
    const from = split - indexed
    const fresh =
      level === 0
        ? this.#rest
            .leaves(log)
            .slice(from, end - indexed)
            .map(({ hash }) => hash)
        : this.#rest.roots(log, level - 1).slice(from, end - indexed)
    return [...old, ...fresh]
  }

  /** Reads complete subtrees of the tree of a log. */
  subtrees(log: number): SubtreeReader {
    return (height, index) => {
      const level = Math.floor(height / TILE_HEIGHT)
      const width = 2 ** (height % TILE_HEIGHT)
      return completeRoot(this.hashes({ log, level }, index * width, (index + 1) * width))
    }
  }

  /** Where in the node log the head of a log at this size stands. */
  headOf(log: number, size: number): number | undefined {
    const row = this.#head.get(log, size)
    return this.#rest.headOf(log, size) ?? (row && numberOf(row.seq))
  }

  /** The last checkpoint of a log that was signed under its own name. */
  checkpoint(log: number): SignedHead | undefined {
    const fresh = this.#rest.checkpoint(log)
    if (fresh !== undefined) return fresh
    const row = this.#checkpoint.get(log)
    return row && { size: numberOf(row.size), note: textOf(row.note) }
  }

  #place(log: number, seq: number): PlacedLeaf {
    const fresh = this.#rest.leaf(log, seq)
    if (fresh !== undefined) return fresh
    const row = this.#leaf.get(log, seq)
    if (row === undefined) throw indexInvalid(`leaf ${seq} of log ${log} is missing`)
    const at = { segment: numberOf(row.segment), offset: numberOf(row.at) }
    return { at, hash: bytesOf(row.hash) }
  }
}

export interface Wanted {
  readonly filter: ReceiptFilter
  readonly newestFirst: boolean
}

function idOf(text: string): string {
  return JSON.parse(text).id
}

function runOf(text: string): string {
  return JSON.parse(text).run
}
