import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import type { NamedRecord, Records, SubjectSeal, WrittenRecord } from '../../pipeline/ports.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const RECORDS_WAIT_MS = 5_000
/** Characters of all values of one answer, as JSON. */
export const LIST_LIMIT_CHARS = 4 * 1024 * 1024

/** A value is in clear, or sealed with the key of whom it is about. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    tenant TEXT NOT NULL, namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    pseudonym TEXT, sealed BLOB, PRIMARY KEY (tenant, namespace, key)
  ) STRICT, WITHOUT ROWID;
`
const ABOUT = `
  CREATE INDEX IF NOT EXISTS record_about ON record (tenant, pseudonym)
  WHERE pseudonym IS NOT NULL;
`

export interface OpenRecords extends Records {
  /** Deletes all that is about a subject, names too; nothing of it is left when it returns. */
  erase(tenant: Tenant, pseudonym: string): void
  close(): void
}

/** Records in SQLite, in a file that only its owner can read. */
export function openRecords(file: string, seal: SubjectSeal): OpenRecords {
  const db = openDatabase(file)
  const one = db.prepare(`${FIND} AND key = ?`)
  const some = db.prepare(`${FIND} ORDER BY key`)
  const put = db.prepare('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?)')
  const forget = db.prepare('DELETE FROM record WHERE tenant = ? AND pseudonym = ?')
  return {
    read(tenant, namespace, key) {
      const row = one.get(tenant, namespace, key)
      const text = row && textOf(row, namespace, seal)
      return text === undefined ? undefined : parsed(text)
    },
    list(tenant, namespace, limit) {
      return bounded(readable(some.iterate(tenant, namespace), namespace, seal), limit)
    },
    write(tenant, namespace, records) {
      const rows = records.map((record) => rowOf(record, namespace, seal))
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const row of rows) put.run(tenant, namespace, ...row)
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    erase(tenant, pseudonym) {
      if (forget.run(tenant, pseudonym).changes > 0) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => db.close(),
  }
}

const FIND = 'SELECT key, value, pseudonym, sealed FROM record WHERE tenant = ? AND namespace = ?'

function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: RECORDS_WAIT_MS })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  db.exec(SCHEMA)
  const columns = db.prepare("SELECT name FROM pragma_table_info('record')").all()
  if (!columns.some(({ name }) => name === 'sealed')) {
    // What was written before is nobody's: no receipt says which record it wrote.
    const add = 'ALTER TABLE record ADD COLUMN'
    db.exec(`BEGIN; ${add} pseudonym TEXT; ${add} sealed BLOB; COMMIT`)
  }
  db.exec(ABOUT)
  return db
}

type Row = Readonly<Record<string, SQLOutputValue>>

function rowOf({ key, value, about }: WrittenRecord, namespace: string, seal: SubjectSeal) {
  const text = JSON.stringify(value)
  if (about === undefined) return [key, text, null, null] as const
  return [key, '', about, seal.seal(about, placeOf(namespace, key), text)] as const
}

/** Nothing where its subject was erased. */
function textOf({ key, value, pseudonym, sealed }: Row, namespace: string, seal: SubjectSeal) {
  if (typeof pseudonym !== 'string') return String(value)
  const bytes = sealed instanceof Uint8Array ? sealed : new Uint8Array()
  return seal.open(pseudonym, placeOf(namespace, String(key)), bytes)
}

function placeOf(namespace: string, key: string): readonly string[] {
  return ['memory', namespace, key]
}

function* readable(rows: Iterable<Row>, namespace: string, seal: SubjectSeal) {
  for (const row of rows) {
    const text = textOf(row, namespace, seal)
    if (text !== undefined) yield { key: String(row.key), text }
  }
}

/** Row by row: what is too much is never in memory as a whole. */
function bounded(
  rows: Iterable<{ readonly key: string; readonly text: string }>,
  limit: number,
): readonly NamedRecord[] {
  const records: NamedRecord[] = []
  let chars = 0
  for (const { key, text } of rows) {
    if (records.length === limit) break
    chars += text.length
    if (chars > LIST_LIMIT_CHARS) {
      throw new PortcullisError('UPSTREAM_REFUSED', 'the records are too large for one answer')
    }
    records.push({ key, value: parsed(text) })
  }
  return records
}

function parsed(text: string): JsonValue {
  return JSON.parse(text)
}
