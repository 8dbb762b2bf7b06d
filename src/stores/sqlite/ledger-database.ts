import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'

/** `PCLG`: marks the file as a ledger of ours. */
const APPLICATION_ID = 0x50434c47

const SCHEMA_VERSION = 1

/** How long a reader waits for a writer that is recovering the file, in milliseconds. */
export const READ_WAIT_MS = 5_000

/**
 * `leaf` is the truth; all else can be made again from it, but for the signatures in `checkpoint`.
 * A tile is 256 neighbouring hashes of tree level `8 × level` and the hash over them.
 * `open_action` names the decisions that were dispatched and have no outcome yet.
 */
const SCHEMA = `
  CREATE TABLE leaf (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, run TEXT NOT NULL,
    hash BLOB NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX leaf_id ON leaf (id);
  CREATE INDEX leaf_run ON leaf (run);
  CREATE TABLE tile (
    level INTEGER NOT NULL, place INTEGER NOT NULL, root BLOB NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (level, place)
  ) STRICT;
  CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
  CREATE TABLE open_action (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/**
 * Opens the ledger for its one writer. A new file is readable by its owner alone. `create` fills a
 * new ledger in the transaction that makes it, so that none is ever seen without its first content.
 */
export function openForWriting(file: string, create: (db: DatabaseSync) => void): DatabaseSync {
  createPrivately(file)
  return orClose(new DatabaseSync(file, { timeout: READ_WAIT_MS }), (db) => {
    // `FULL`: a commit returns only when the write-ahead log is on the disk.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000')
    if (isEmpty(db)) {
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`)
      create(db)
      db.exec('COMMIT')
    }
    checkSchema(db, file)
    // Moves a log left behind by a crash into the file, and both onto the disk: what is read from
    // here on is not merely in the page cache of a failed sync.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  })
}

/** Makes an empty file that only its owner may read, unless there is one. */
function createPrivately(file: string): void {
  // Only a new file is opened here. To close a file drops every lock that this process has on it.
  if (!existsSync(file)) closeSync(openSync(file, 'ax', 0o600))
}

/** Opens the ledger beside its writer, or without one. */
export function openForReading(file: string): DatabaseSync {
  if (!existsSync(file)) throw new PortcullisError('LEDGER_MISSING', `no ledger at \`${file}\``)
  const db = new DatabaseSync(file, { readOnly: true, timeout: READ_WAIT_MS })
  return orClose(db, () => checkSchema(db, file))
}

function orClose(db: DatabaseSync, prepare: (db: DatabaseSync) => void): DatabaseSync {
  try {
    prepare(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Result codes of SQLite that say the file is damaged: SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE: readonly unknown[] = [11, 26]

/** Is this the failure of reading a damaged file? */
export function isDamage(error: unknown): error is Error {
  if (error instanceof PortcullisError) return error.code === 'LEDGER_CORRUPT'
  if (!(error instanceof Error)) return false
  // Primary codes are the low byte of extended ones.
  if ('errcode' in error) return DAMAGE.includes(Number(error.errcode) & 0xff)
  // An integer so large that no column of ours holds it.
  return 'code' in error && error.code === 'ERR_OUT_OF_RANGE'
}

/** A column of a row as a number. STRICT tables hold no other type unless the file is damaged. */
export function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value
  throw new PortcullisError('LEDGER_CORRUPT', 'a number is missing in the ledger')
}

export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value
  throw new PortcullisError('LEDGER_CORRUPT', 'a text is missing in the ledger')
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new PortcullisError('LEDGER_CORRUPT', 'bytes are missing in the ledger')
}

/** The last checkpoint: its size and the signed note. */
export function lastCheckpoint(db: DatabaseSync): { size: number; note: string } {
  const row = db.prepare('SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1').get()
  if (row === undefined) throw new PortcullisError('LEDGER_CORRUPT', 'there is no checkpoint')
  return { size: numberOf(row.size), note: textOf(row.note) }
}

/** Stored hash (base64) of the last leaf of a run before a leaf. */
export function lastOfRun(db: DatabaseSync): (run: string, seq: number) => string | undefined {
  const last: StatementSync = db.prepare(
    'SELECT hash FROM leaf WHERE run = ? AND seq < ? ORDER BY seq DESC LIMIT 1',
  )
  return (run, seq) => {
    const row = last.get(run, seq)
    return row && Buffer.from(bytesOf(row.hash)).toString('base64')
  }
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0
}

function checkSchema(db: DatabaseSync, file: string): void {
  const application = db.prepare('PRAGMA application_id').get()?.application_id
  const version = db.prepare('PRAGMA user_version').get()?.user_version
  if (application === APPLICATION_ID && version === SCHEMA_VERSION) return
  throw new PortcullisError('LEDGER_CORRUPT', `\`${file}\` is not a ledger of this version`)
}
