import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import type { NamedRecord, Records } from '../../pipeline/ports.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const RECORDS_WAIT_MS = 5_000
/** Characters of all values of one answer, as JSON. */
export const LIST_LIMIT_CHARS = 4 * 1024 * 1024

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    tenant TEXT NOT NULL, namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (tenant, namespace, key)
  ) STRICT, WITHOUT ROWID;
`

/** Records in SQLite, in a file that only its owner can read. */
export function openRecords(file: string): Records & { close(): void } {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: RECORDS_WAIT_MS })
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`)
  const one = db.prepare('SELECT value FROM record WHERE tenant = ? AND namespace = ? AND key = ?')
  const some = db.prepare(
    'SELECT key, value FROM record WHERE tenant = ? AND namespace = ? ORDER BY key LIMIT ?',
  )
  const put = db.prepare(
    'INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  return {
    read(tenant, namespace, key) {
      const row = one.get(tenant, namespace, key)
      return row === undefined ? undefined : parsed(String(row.value))
    },
    list: (tenant, namespace, limit) => bounded(some.iterate(tenant, namespace, limit)),
    write(tenant, namespace, records) {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { key, value } of records) {
          put.run(tenant, namespace, key, JSON.stringify(value))
        }
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    close: () => db.close(),
  }
}

/** Row by row: what is too much is never in memory as a whole. */
function bounded(rows: Iterable<Record<string, unknown>>): readonly NamedRecord[] {
  const records: NamedRecord[] = []
  let chars = 0
  for (const { key, value } of rows) {
    const text = String(value)
    chars += text.length
    if (chars > LIST_LIMIT_CHARS) {
      throw new PortcullisError('UPSTREAM_REFUSED', 'the records are too large for one answer')
    }
    records.push({ key: String(key), value: parsed(text) })
  }
  return records
}

function parsed(text: string): JsonValue {
  return JSON.parse(text)
}
