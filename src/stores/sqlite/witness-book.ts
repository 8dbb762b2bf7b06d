import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { TreeHead } from '../../kernel/tlog/proof.ts'

/** `PCWT`: marks the file as the memory of a witness of ours. */
const APPLICATION_ID = 0x50435754
const SCHEMA_VERSION = 1
/** How long a submission waits for another one to be stored, in milliseconds. */
export const BOOK_WAIT_MS = 5_000

const SCHEMA = `
  CREATE TABLE witness (keys TEXT NOT NULL) STRICT;
  CREATE TABLE head (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, at INTEGER NOT NULL,
    note TEXT
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** The last head that was cosigned of a log; `at` in seconds since the epoch. */
export interface CosignedHead extends TreeHead {
  readonly at: number
}

export interface BookOptions {
  readonly file: string
  /** The public keys that it is the memory of. */
  readonly keys: readonly string[]
  /** May an empty one be made? Only together with new keys: an old key has a past. */
  readonly create: boolean
}

/** What a witness remembers: of each log the last head that it cosigned. */
export class WitnessBook {
  readonly #db: DatabaseSync

  /**
   * Opens the memory of these keys.
   * @throws PortcullisError `WITNESS_STATE_MISSING`, `WITNESS_STATE_CORRUPT`.
   */
  constructor({ file, keys, create }: BookOptions) {
    const exists = existsSync(file)
    if (!exists && !create) throw missing(file)
    try {
      if (!exists) closeSync(openSync(file, 'ax', 0o600))
      this.#db = new DatabaseSync(file, { timeout: BOOK_WAIT_MS })
    } catch (cause) {
      throw corrupt(file, cause)
    }
    try {
      this.#prepare({ file, keys, create })
    } catch (error) {
      this.#db.close()
      throw error instanceof PortcullisError ? error : corrupt(file, error)
    }
  }

  #prepare({ file, create, keys: publicKeys }: BookOptions): void {
    const db = this.#db
    const keys = publicKeys.join('\n')
    // `FULL`: a commit returns only when it is on the disk, and no cosignature leaves before.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const tables = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()
    if (tables?.tables === 0) {
      // A file that was emptied is a memory that was lost.
      if (!create) throw missing(file)
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`)
      db.prepare('INSERT INTO witness (keys) VALUES (?)').run(keys)
      db.exec('COMMIT')
    }
    const application = db.prepare('PRAGMA application_id').get()?.application_id
    const version = db.prepare('PRAGMA user_version').get()?.user_version
    if (application !== APPLICATION_ID || version !== SCHEMA_VERSION) throw corrupt(file)
    // A start that broke off before its keys were written left a memory of nothing.
    db.prepare('UPDATE witness SET keys = ? WHERE NOT EXISTS (SELECT 1 FROM head)').run(keys)
    if (db.prepare('SELECT keys FROM witness').get()?.keys === keys) return
    throw new PortcullisError('WITNESS_STATE_CORRUPT', `\`${file}\` is the memory of other keys`)
  }

  /**
   * Checks and stores in one step: `judge` is told the last head and gives the next one, or nothing
   * to keep it. Durable when it returns; whatever `judge` throws changes nothing.
   */
  advance(
    origin: string,
    judge: (known: CosignedHead | undefined) => CosignedHead | undefined,
  ): CosignedHead | undefined {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const next = judge(this.#head(origin))
      if (next !== undefined) {
        this.#db
          .prepare(
            `INSERT INTO head (origin, size, root, at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
             SET size = excluded.size, root = excluded.root, at = excluded.at`,
          )
          .run(origin, next.size, next.root, next.at)
      }
      this.#db.exec('COMMIT')
      return next
    } catch (error) {
      // A commit that failed may have ended the transaction itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  #head(origin: string): CosignedHead | undefined {
    const row = this.#db.prepare('SELECT size, root, at FROM head WHERE origin = ?').get(origin)
    return row && { size: numberOf(row.size), root: bytesOf(row.root), at: numberOf(row.at) }
  }

  /** Keeps the cosigned note of a head to be shown, unless a later one is there by now. */
  show(origin: string, { size, at }: Omit<CosignedHead, 'root'>, note: string): void {
    this.#db
      .prepare('UPDATE head SET note = ? WHERE origin = ? AND size = ? AND at = ?')
      .run(note, origin, size, at)
  }

  /** The last cosigned note of a log. */
  shown(origin: string): string | undefined {
    const note = this.#db.prepare('SELECT note FROM head WHERE origin = ?').get(origin)?.note
    return typeof note === 'string' ? note : undefined
  }

  close(): void {
    this.#db.close()
  }
}

function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value
  throw new PortcullisError('WITNESS_STATE_CORRUPT', 'a number is missing in the state')
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new PortcullisError('WITNESS_STATE_CORRUPT', 'a root is missing in the state')
}

function missing(file: string): PortcullisError {
  const message = `the keys are there and their memory \`${file}\` is not`
  return new PortcullisError('WITNESS_STATE_MISSING', message)
}

function corrupt(file: string, cause?: unknown): PortcullisError {
  const message = `\`${file}\` is not the state of a witness`
  return new PortcullisError('WITNESS_STATE_CORRUPT', message, { cause })
}
