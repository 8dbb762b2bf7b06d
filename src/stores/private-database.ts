import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type ErrorCode, PortcullisError } from '../kernel/errors.ts'

export interface DatabaseSpec {
  /** Marks the file as what it is. */
  readonly application: number
  readonly tables: string
  /** Says that the file is something else, or can't be used. */
  readonly code: ErrorCode
  /** Others of the same user may read it meanwhile: the command line beside the runtime. */
  readonly shared?: boolean
}

const SCHEMA_VERSION = 1
/** How long a shared file is waited for, in milliseconds. Each look of a reader is a short one. */
const SHARED_WAIT_MS = 2_000

/**
 * A database that its owner alone can read, open for its one writer. What a transaction has written
 * survives a loss of power; what is deleted is written over with zeros.
 */
export function openPrivateDatabase(file: string, spec: DatabaseSpec): DatabaseSync {
  const { application, tables, code, shared = false } = spec
  try {
    if (!existsSync(file)) closeSync(openSync(file, 'ax', 0o600))
    const db = new DatabaseSync(file, { timeout: shared ? SHARED_WAIT_MS : 0 })
    const lock = `PRAGMA locking_mode = ${shared ? 'NORMAL' : 'EXCLUSIVE'}`
    db.exec(`
      ${lock}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY`)
    const empty = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0
    if (empty) {
      const mark = `PRAGMA application_id = ${application}`
      const schema = `PRAGMA user_version = ${SCHEMA_VERSION}`
      db.exec(`BEGIN IMMEDIATE; ${tables} ${mark}; ${schema}; COMMIT`)
    }
    return marked(db, spec, file)
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError(code, `\`${file}\` cannot be opened`, { cause })
  }
}

/** The same for who only reads, beside its writer or without one. Makes nothing. */
export function readPrivateDatabase(file: string, spec: DatabaseSpec): DatabaseSync {
  try {
    return marked(new DatabaseSync(file, { readOnly: true, timeout: SHARED_WAIT_MS }), spec, file)
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError(spec.code, `\`${file}\` cannot be read`, { cause })
  }
}

/** The database, closed again where it is something else. */
function marked(db: DatabaseSync, { application, code }: DatabaseSpec, file: string): DatabaseSync {
  const id = db.prepare('PRAGMA application_id').get()?.application_id
  const version = db.prepare('PRAGMA user_version').get()?.user_version
  if (id === application && version === SCHEMA_VERSION) return db
  db.close()
  throw new PortcullisError(code, `\`${file}\` is something else`)
}

/** All of it or nothing, on the disk when it returns. */
export function inTransaction<T>(db: DatabaseSync, code: ErrorCode, work: () => T): T {
  try {
    db.exec('BEGIN IMMEDIATE')
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (cause) {
    if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError(code, 'the change could not be written', { cause })
  }
}

/** Leaves nothing of what was deleted in the file or beside it. */
export function scrub(db: DatabaseSync, code: ErrorCode): void {
  try {
    db.exec('VACUUM')
    // With a reader in the way it says so and fails nothing: what is deleted would still be there.
    if (db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0) return
  } catch (cause) {
    throw new PortcullisError(code, 'the file could not be rewritten', { cause })
  }
  throw new PortcullisError(code, 'the file could not be rewritten while somebody reads it')
}
