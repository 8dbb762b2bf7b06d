import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { foldedName } from '../../kernel/storage/storage-name.ts'
import type { ChangeRequest, StoredObject } from '../../pipeline/ports.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const OBJECT_TABLE_WAIT_MS = 5_000
/** Changes that are remembered by the name that their caller gave them, the newest ones. */
export const REMEMBERED_REQUESTS = 10_000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS object (
    name TEXT PRIMARY KEY, fold TEXT NOT NULL UNIQUE, file TEXT NOT NULL, media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL, digest TEXT NOT NULL, about TEXT NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS request (
    ord INTEGER PRIMARY KEY, by TEXT NOT NULL, key TEXT NOT NULL, change TEXT NOT NULL,
    answer TEXT NOT NULL, UNIQUE (by, key)
  ) STRICT;
`

/** An object, and the file that holds its bytes. */
export interface ObjectRow extends StoredObject {
  readonly file: string
  readonly about: string
}

/** A change that was made for a request: what it was, and what was answered. */
export interface AnsweredChange extends ChangeRequest {
  /** Digest of what was asked for. */
  readonly change: string
  /** JSON text. */
  readonly answer: string
}

/** Which objects a tenant has, all in memory, and durably in SQLite. */
export interface ObjectTable {
  readonly objects: ReadonlyMap<string, ObjectRow>
  /** The bytes of all objects. */
  readonly bytes: number
  /** The name that looks like this one, where another has it. */
  lookAlike(name: string): string | undefined
  answered(request: ChangeRequest): AnsweredChange | undefined
  put(row: ObjectRow, answered?: AnsweredChange): void
  delete(name: string, answered?: AnsweredChange): void
  close(): void
}

export function openObjectTable(file: string): ObjectTable {
  const db = openDatabase(file)
  const put = db.prepare(`INSERT INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET file = excluded.file, media_type = excluded.media_type,
    bytes = excluded.bytes, digest = excluded.digest, about = excluded.about,
    modified = excluded.modified`)
  const remove = db.prepare('DELETE FROM object WHERE name = ?')
  const remember = db.prepare('INSERT INTO request (by, key, change, answer) VALUES (?, ?, ?, ?)')
  const known = db.prepare('SELECT change, answer FROM request WHERE by = ? AND key = ?')
  const forget = db.prepare(`DELETE FROM request WHERE ord <= (
    SELECT ord FROM request ORDER BY ord DESC LIMIT 1 OFFSET ${REMEMBERED_REQUESTS})`)
  const objects = new Map<string, ObjectRow>()
  const folds = new Map<string, string>()
  let bytes = 0

  const forgetObject = (name: string) => {
    bytes -= objects.get(name)?.bytes ?? 0
    objects.delete(name)
    folds.delete(foldedName(name))
  }
  const hold = (row: ObjectRow) => {
    forgetObject(row.name)
    bytes += row.bytes
    objects.set(row.name, row)
    folds.set(foldedName(row.name), row.name)
  }
  for (const row of db.prepare('SELECT * FROM object').iterate()) hold(rowOf(row))

  /** The change and the memory of it, both or neither. */
  function commit(change: () => void, answered: AnsweredChange | undefined): void {
    db.exec('BEGIN IMMEDIATE')
    try {
      change()
      if (answered !== undefined) {
        remember.run(answered.by, answered.key, answered.change, answered.answer)
        forget.run()
      }
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  return {
    objects,
    get bytes() {
      return bytes
    },
    lookAlike(name) {
      const other = folds.get(foldedName(name))
      return other === name ? undefined : other
    },
    answered({ by, key }) {
      const row = known.get(by, key)
      if (row === undefined) return undefined
      return { by, key, change: String(row.change), answer: String(row.answer) }
    },
    put(row, answered) {
      const { name, file: of, mediaType, digest, about, created, modified } = row
      const values = [
        name,
        foldedName(name),
        of,
        mediaType,
        row.bytes,
        digest,
        about,
        created,
        modified,
      ]
      commit(() => put.run(...values), answered)
      hold(row)
    },
    delete(name, answered) {
      commit(() => remove.run(name), answered)
      forgetObject(name)
    },
    close: () => {
      if (db.isOpen) db.close()
    },
  }
}

function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: OBJECT_TABLE_WAIT_MS })
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function rowOf(row: Record<string, unknown>): ObjectRow {
  return {
    name: String(row.name),
    file: String(row.file),
    mediaType: String(row.media_type),
    bytes: Number(row.bytes),
    digest: String(row.digest),
    about: String(row.about),
    created: Number(row.created),
    modified: Number(row.modified),
  }
}
