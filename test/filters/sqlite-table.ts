import { DatabaseSync } from 'node:sqlite'
import type { RenderedFilter } from '../../src/stores/policy-filter/render-filter.ts'
import type { Cell } from './arbitrary/records.ts'

export type Row = Readonly<Record<string, unknown>>

/** Notes in SQLite, in columns without types or with misleading ones. */
export class SqliteTable {
  private readonly db = new DatabaseSync(':memory:')

  constructor() {
    this.db.exec(`CREATE TABLE note (
      a TEXT COLLATE NOCASE, n NUMERIC, "key", value, tags, deep COLLATE RTRIM, doc)`)
  }

  /** The rows as they are read again. */
  fill(rows: readonly (readonly Cell[])[]): readonly Row[] {
    this.db.exec('DELETE FROM note')
    const insert = this.db.prepare('INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?)')
    for (const row of rows) insert.run(...row)
    const all = this.db.prepare('SELECT * FROM note ORDER BY rowid')
    // Integers beyond 2⁵³ are an error otherwise.
    all.setReadBigInts(true)
    return all.all()
  }

  /** For each row what the expression comes out as. */
  values({ sql, parameters }: RenderedFilter): readonly unknown[] {
    const rows = this.db.prepare(`SELECT ${sql} AS it FROM note ORDER BY rowid`)
    return rows.all(...(parameters as Cell[])).map(({ it }) => it)
  }

  /** The places of the rows that are found. */
  found({ sql, parameters }: RenderedFilter): ReadonlySet<number> {
    const rows = this.db.prepare(`SELECT rowid FROM note WHERE ${sql}`)
    return new Set(rows.all(...(parameters as Cell[])).map(({ rowid }) => Number(rowid) - 1))
  }

  close(): void {
    this.db.close()
  }
}
