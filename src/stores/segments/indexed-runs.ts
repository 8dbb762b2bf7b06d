import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { LeafFinder } from './find-leaves.ts'
import { bytesOf, indexFile, numberOf, openIndexToRead } from './index-database.ts'
import { readProgress } from './index-progress.ts'
import type { LastOfRun } from './receipt-queue.ts'
import { type RunSource, ScannedRuns } from './scanned-runs.ts'

/**
 * The last leaf of every run: of those that the index may not have yet in memory, of the others in
 * the index.
 */
export class IndexedRuns implements RunSource {
  readonly #directory: string
  /** By log and run: what came after the index was last asked to catch up, and what before. */
  #fresh = new Map<string, string>()
  #leaving = new Map<string, string>()
  #index:
    | { readonly find: LastOfRun; readonly db: DatabaseSync; readonly inode: number }
    | undefined
  #begun = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** The first time it reads what the index has not. Nothing may be under way to the disk then. */
  readonly lastOfRun: LastOfRun = (log, run) => {
    if (!this.#begun) this.#begin()
    const key = `${log} ${run}`
    return this.#fresh.get(key) ?? this.#leaving.get(key) ?? this.#index?.find(log, run)
  }

  add(log: number, run: string, leafHash: string): void {
    this.#fresh.set(`${log} ${run}`, leafHash)
  }

  /** The index is about to have all that was added. */
  leave(): void {
    if (!this.#begun) return
    this.#leaving = this.#fresh
    this.#fresh = new Map()
  }

  /** It has it. */
  left(): void {
    if (!this.#begun) return
    if (this.#index?.inode !== this.#inode()) this.#open()
    if (this.#index !== undefined) this.#leaving = new Map()
    else this.stayed()
  }

  /** It has not. */
  stayed(): void {
    for (const [key, hash] of this.#fresh) this.#leaving.set(key, hash)
    this.#fresh = this.#leaving
    this.#leaving = new Map()
  }

  close(): void {
    this.#index?.db.close()
    this.#index = undefined
  }

  #begin(): void {
    this.#begun = true
    this.#open()
    const scanned = new ScannedRuns(this.#directory, this.#place()).heads()
    for (const [key, hash] of this.#fresh) scanned.set(key, hash)
    this.#fresh = scanned
  }

  /** Where the index ends. One that does not fit is none: it will be made anew. */
  #place() {
    const index = this.#index
    if (index === undefined) return undefined
    try {
      return readProgress(index.db, this.#directory).at
    } catch {
      this.close()
      return undefined
    }
  }

  #open(): void {
    this.close()
    const inode = this.#inode()
    if (inode === undefined) return
    try {
      const db = openIndexToRead(this.#directory)
      if (db !== undefined) this.#index = { db, inode, find: finder(db) }
    } catch {
      // It is damaged: the follower makes it anew, and until then all is in memory.
      this.#index = undefined
    }
  }

  #inode(): number | undefined {
    return statSync(indexFile(this.#directory), { throwIfNoEntry: false })?.ino
  }
}

function finder(db: DatabaseSync): LastOfRun {
  const leaves = new LeafFinder(db)
  const hash = db.prepare('SELECT hash FROM leaf WHERE log = ? AND seq = ?')
  return (log, run) => {
    const seq = leaves.lastOfRun(log, run)
    const row = seq === undefined ? undefined : hash.get(log, numberOf(seq))
    return row && Buffer.from(bytesOf(row.hash)).toString('base64')
  }
}
