import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import {
  indexFile,
  isIndexDamage,
  openIndex,
  openIndexInMemory,
  removeIndex,
} from './index-database.ts'
import { type IndexProgress, progressMark, readProgress } from './index-progress.ts'
import { IndexRows } from './index-rows.ts'
import { readGroups } from './read-groups.ts'
import { listSegments, SEGMENT_BYTES } from './segment-files.ts'

/** Leaves of one transaction: so long nobody else continues the index, or reads what is new. */
export const INDEX_BATCH_LEAVES = 2_000

export interface CatchUp {
  /** Only groups under heads of the node log up to this size: the others are not durable yet. */
  readonly durable?: number
  /** Stops after this many leaves, at the end of a group. */
  readonly leaves?: number
}

/**
 * The index of a ledger while it is continued. Several may do so: whoever comes second sees that
 * the other got further, and goes on from there.
 */
export class LedgerIndex {
  readonly #directory: string
  readonly #db: DatabaseSync
  #rows: IndexRows
  /** Of the file, so that one which was taken away is not continued for nobody. */
  readonly #inode: number | undefined
  #progress: IndexProgress
  #mark: string | undefined

  /**
   * Opens the index, or begins one. One that is damaged or does not fit is made anew.
   * `onRebuild` is told why.
   */
  static open(directory: string, onRebuild?: (why: Error) => void): LedgerIndex {
    try {
      return new LedgerIndex(directory, openIndex(directory))
    } catch (error) {
      if (!isIndexDamage(error)) throw error
      onRebuild?.(error)
      removeIndex(directory)
      return new LedgerIndex(directory, openIndex(directory))
    }
  }

  static inMemory(directory: string): LedgerIndex {
    return new LedgerIndex(directory, openIndexInMemory())
  }

  private constructor(directory: string, db: DatabaseSync) {
    this.#directory = directory
    this.#db = db
    this.#inode = inodeOf(directory)
    try {
      this.#rows = new IndexRows(db)
      this.#mark = progressMark(db)
      this.#progress = readProgress(db, directory)
    } catch (error) {
      db.close()
      throw error
    }
  }

  get db(): DatabaseSync {
    return this.#db
  }

  /** Is its file still the one that others open? */
  get isCurrent(): boolean {
    return inodeOf(this.#directory) === this.#inode
  }

  /** Receipts and heads of all logs that are in it. */
  get leaves(): number {
    return this.#progress.logs.all.reduce((sum, { tree }) => sum + tree.size, 0)
  }

  /** Leaves of a log that are in it. */
  size(log: number): number {
    return this.#progress.logs.size(log)
  }

  /** How much of the ledger is read, from 0 to 1, as far as segments tell. */
  get share(): number {
    const { segment, offset } = this.#progress.at
    const segments = Math.max(1, listSegments(this.#directory).length)
    return Math.min(1, (segment + offset / SEGMENT_BYTES) / segments)
  }

  /**
   * Reads the next groups in one transaction; true when there may be more of them.
   * @throws PortcullisError `LEDGER_CORRUPT` where the segments do not hold together.
   */
  continue({ durable, leaves = INDEX_BATCH_LEAVES }: CatchUp = {}): boolean {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      this.#followOthers()
      const more = this.#read(durable ?? Number.POSITIVE_INFINITY, leaves)
      this.#db.exec('COMMIT')
      this.#mark = progressMark(this.#db)
      return more
    } catch (error) {
      this.#db.exec('ROLLBACK')
      // The trees in memory have got ahead of the tables.
      this.#mark = undefined
      throw error
    }
  }

  close(): void {
    this.#db.close()
  }

  #read(durable: number, limit: number): boolean {
    let leaves = 0
    for (const group of readGroups(this.#directory, this.#progress.at)) {
      if (claimedCheckpoint(group.note).size > durable) return false
      if (leaves >= limit) return true
      const growth = this.#progress.logs.take(group)
      this.#rows.add(growth)
      this.#rows.reached(group)
      this.#progress = { ...this.#progress, at: group.end }
      leaves += growth.leaves.length
    }
    return false
  }

  #followOthers(): void {
    const mark = progressMark(this.#db)
    if (mark === this.#mark && mark !== undefined) return
    this.#progress = readProgress(this.#db, this.#directory)
    // What it knows of words may have been rolled back.
    this.#rows = new IndexRows(this.#db)
    this.#mark = mark
  }
}

function inodeOf(directory: string): number | undefined {
  return statSync(indexFile(directory), { throwIfNoEntry: false })?.ino
}
