import type { Client } from 'pg'
import type { RenderedFilter } from '../../src/stores/policy-filter/render-filter.ts'
import type { Row } from './sqlite-table.ts'

/** Notes in PostgreSQL, in typed columns; text in a collation that knows no case. */
export class PostgresTable {
  private readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  async create(): Promise<void> {
    await this.client.query(`
      CREATE COLLATION IF NOT EXISTS no_case
        (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TEMPORARY TABLE note (
        id serial, a text COLLATE no_case, n float8, "key" boolean, value jsonb, tags text[],
        deep json, doc jsonb)`)
  }

  /** The rows as they are read again. */
  async fill(rows: readonly (readonly unknown[])[]): Promise<readonly Row[]> {
    const width = 7
    const places = rows.map(
      (_, row) => `(${Array.from({ length: width }, (_, at) => `$${row * width + at + 1}`)})`,
    )
    await this.client.query('TRUNCATE note RESTART IDENTITY')
    await this.client.query(
      `INSERT INTO note (a, n, "key", value, tags, deep, doc) VALUES ${places}`,
      rows.flat(),
    )
    return (await this.client.query('SELECT * FROM note ORDER BY id')).rows
  }

  async values({ sql, parameters }: RenderedFilter): Promise<readonly unknown[]> {
    const text = `SELECT ${sql} AS it FROM note ORDER BY id`
    return (await this.client.query(text, [...parameters])).rows.map(({ it }) => it)
  }

  /** The places of the rows that are found. */
  async found({ sql, parameters }: RenderedFilter): Promise<ReadonlySet<number>> {
    const text = `SELECT id FROM note WHERE ${sql}`
    const { rows } = await this.client.query(text, [...parameters])
    return new Set(rows.map(({ id }) => id - 1))
  }
}
