import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'

/** `PCLI`: marks the file as an index of ours. */
const APPLICATION_ID = 0x50434c49

const SCHEMA_VERSION = 1

/** How long one who uses the index waits for another, in milliseconds. */
const INDEX_WAIT_MS = 5_000

/**
 * All of it can be made again from the segments. `progress` says how far they were read: `segment`
 * and `at` are behind the last group, whose checkpoint stands at `noteAt`. `value` is a word that
 * receipts are found by, in so many leaves, and `term` says in which. `latest` is the latest time
 * up to a leaf: unlike `ts` it never falls, so a time can be searched for by halving. A tile is 256
 * neighbouring hashes of tree level `8 × level` and the hash over them. `head` says where the head
 * of a log at a size stands in the node log, `checkpoint` is the last that was signed.
 */
const SCHEMA = `
  CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1), segment INTEGER NOT NULL, at INTEGER NOT NULL,
    noteSegment INTEGER NOT NULL, noteAt INTEGER NOT NULL, note TEXT NOT NULL
  ) STRICT;
  CREATE TABLE log (
    log INTEGER PRIMARY KEY, origin TEXT NOT NULL, tenant TEXT, lag REAL NOT NULL
  ) STRICT;
  CREATE TABLE leaf (
    log INTEGER NOT NULL, seq INTEGER NOT NULL, segment INTEGER NOT NULL, at INTEGER NOT NULL,
    latest REAL NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (log, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE named (
    log INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log, id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE value (
    value INTEGER PRIMARY KEY, field TEXT NOT NULL, word TEXT NOT NULL, leaves INTEGER NOT NULL,
    UNIQUE (field, word)
  ) STRICT;
  CREATE TABLE term (
    value INTEGER NOT NULL, log INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (value, log, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tile (
    log INTEGER NOT NULL, level INTEGER NOT NULL, place INTEGER NOT NULL, root BLOB NOT NULL,
    hashes BLOB NOT NULL, PRIMARY KEY (log, level, place)
  ) STRICT;
  CREATE TABLE head (
    log INTEGER NOT NULL, size INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log, size)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (log INTEGER PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL)
    STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** The file of the index in the directory of a ledger. */
export function indexFile(directory: string): string {
  return join(directory, 'index.db')
}

/** Opens the index to be continued, or makes an empty one that its owner alone may read. */
export function openIndex(directory: string): DatabaseSync {
  const file = indexFile(directory)
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: INDEX_WAIT_MS })
  return orClose(db, () => {
    // Of what is lost with the power the segments have all: no commit waits for the disk.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000')
    prepare(db)
  })
}

/** An index in memory alone, where none can be written beside the segments. */
export function openIndexInMemory(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  prepare(db)
  return db
}

function prepare(db: DatabaseSync): void {
  const isEmpty = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0
  if (isEmpty) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
  checkSchema(db)
}

/** Opens the index beside whoever continues it; nothing where there is none. */
export function openIndexToRead(directory: string): DatabaseSync | undefined {
  const file = indexFile(directory)
  if (!existsSync(file)) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: INDEX_WAIT_MS })
  return orClose(db, () => checkSchema(db))
}

/** Takes the index away: it is made again from the segments. */
export function removeIndex(directory: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${indexFile(directory)}${end}`, { force: true })
}

function orClose(db: DatabaseSync, prepareIt: () => void): DatabaseSync {
  try {
    prepareIt()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function checkSchema(db: DatabaseSync): void {
  const application = db.prepare('PRAGMA application_id').get()?.application_id
  const version = db.prepare('PRAGMA user_version').get()?.user_version
  if (application === APPLICATION_ID && version === SCHEMA_VERSION) return
  throw indexInvalid('it is no index of this version')
}

/**
 * Result codes of SQLite that say the file is damaged: SQLITE_ERROR, which with statements that are
 * always the same says that a table is not there, SQLITE_CORRUPT and SQLITE_NOTADB.
 */
const DAMAGE: readonly unknown[] = [1, 11, 26]

/** Is this the failure of using an index that is damaged or is none? */
export function isIndexDamage(error: unknown): error is Error {
  if (error instanceof PortcullisError) return error.code === 'LEDGER_INDEX_INVALID'
  if (!(error instanceof Error)) return false
  // Primary codes are the low byte of extended ones.
  if ('errcode' in error) return DAMAGE.includes(Number(error.errcode) & 0xff)
  // An integer so large that no column of ours holds it.
  return 'code' in error && ['ERR_OUT_OF_RANGE', 'ERR_SQLITE_ERROR'].includes(String(error.code))
}

/** The index and the segments do not say the same. */
export function indexInvalid(why: string, cause?: unknown): PortcullisError {
  const message = `the index does not agree with the segments: ${why}`
  return new PortcullisError('LEDGER_INDEX_INVALID', message, { cause })
}

/** A column of a row as a number. STRICT tables hold no other type unless the file is damaged. */
export function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value
  throw indexInvalid('a number is missing')
}

export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value
  throw indexInvalid('a text is missing')
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw indexInvalid('bytes are missing')
}
