import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Spending } from '../../kernel/budget/budget.ts'
import type { KeptSum } from '../../kernel/budget/sum-table.ts'
import type { KeptBook, OpenAction } from '../../kernel/budget/usage-book.ts'

/** `PCUS`: marks the file as kept counts of ours. */
const APPLICATION_ID = 0x50435553
const SCHEMA_VERSION = 1

/** How long a reader waits for a writer that is recovering the file, in milliseconds. */
const READ_WAIT_MS = 5_000

/** `points` are doubles: times in ms and cumulative sums in turn. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS book (
    one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL, applied INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sum (
    name TEXT PRIMARY KEY, points BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS open_action (
    id TEXT PRIMARY KEY, principal TEXT NOT NULL, spend TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/**
 * What the first receipts of a ledger come to. All of it can be read from the ledger again, so no
 * write waits for the disk: a crash leaves an older state that is whole.
 */
export class UsageFile {
  readonly #db: DatabaseSync

  /** Opens or creates the file. A new one is readable by its owner alone. */
  static open(file: string): UsageFile {
    if (!existsSync(file)) closeSync(openSync(file, 'ax', 0o600))
    return new UsageFile(new DatabaseSync(file, { timeout: READ_WAIT_MS }), (db) => {
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`)
      if (db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0) {
        db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
      }
    })
  }

  /** Opens the file beside its writer, or without one. */
  static read(file: string): UsageFile {
    const db = new DatabaseSync(file, { readOnly: true, timeout: READ_WAIT_MS })
    return new UsageFile(db, () => undefined)
  }

  /** Takes away a file that cannot be read. */
  static remove(file: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }

  private constructor(db: DatabaseSync, prepare: (db: DatabaseSync) => void) {
    this.#db = db
    try {
      prepare(db)
      checkSchema(db)
    } catch (error) {
      db.close()
      throw error
    }
  }

  /** What was kept of the ledger of this name; nothing if it was another's. */
  load(origin: string): KeptBook | undefined {
    const book = this.#db.prepare('SELECT origin, applied FROM book').get()
    if (book === undefined || book.origin !== origin) return undefined
    const sums = this.#db.prepare('SELECT name, points FROM sum').all().map(sumOf)
    const open = this.#db.prepare('SELECT id, principal, spend FROM open_action').all().map(openOf)
    return { applied: Number(book.applied), sums, open }
  }

  /** Keeps what has changed, whole or not at all. `anew` begins with nothing. */
  keep(origin: string, { applied, sums, open }: KeptBook, { anew }: { anew: boolean }): void {
    const put = this.#db.prepare('INSERT OR REPLACE INTO sum (name, points) VALUES (?, ?)')
    const add = this.#db.prepare('INSERT INTO open_action (id, principal, spend) VALUES (?, ?, ?)')
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      this.#db.exec(`DELETE FROM open_action; ${anew ? 'DELETE FROM sum' : ''}`)
      for (const { name, points } of sums) put.run(name, bytesOfPoints(points))
      for (const { id, principal, spend } of open) add.run(id, principal, JSON.stringify(spend))
      this.#db
        .prepare('INSERT OR REPLACE INTO book (one, origin, applied) VALUES (1, ?, ?)')
        .run(origin, applied)
      this.#db.exec('COMMIT')
    } finally {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#db.close()
  }
}

function checkSchema(db: DatabaseSync): void {
  const application = db.prepare('PRAGMA application_id').get()?.application_id
  const version = db.prepare('PRAGMA user_version').get()?.user_version
  if (application === APPLICATION_ID && version === SCHEMA_VERSION) return
  throw new Error('the file does not hold kept counts of this version')
}

type Row = Record<string, SQLOutputValue>

function sumOf({ name, points }: Row): KeptSum {
  if (!(points instanceof Uint8Array)) throw new RangeError('no points of a sum')
  return { name: String(name), points: [...new Float64Array(points.slice().buffer)] }
}

function openOf({ id, principal, spend }: Row): OpenAction {
  const spending = JSON.parse(String(spend)) as readonly Spending[]
  return { id: String(id), principal: String(principal), spend: spending }
}

function bytesOfPoints(points: readonly number[]): Uint8Array {
  return new Uint8Array(new Float64Array(points).buffer)
}
