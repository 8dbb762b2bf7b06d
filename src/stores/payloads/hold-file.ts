import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Hold, HoldScope } from '../../kernel/privacy/hold.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCHO`: marks the file as holds of ours. */
const APPLICATION = 0x5043484f

/** Holds that stand at once, at most: each is looked at for everything that time is over for. */
export const MAX_HOLDS = 1_000

const TABLES = `
  CREATE TABLE IF NOT EXISTS hold (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, scope TEXT NOT NULL, reason TEXT NOT NULL,
    asked_by TEXT NOT NULL, since INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS accounted (
    one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL, size INTEGER NOT NULL
  ) STRICT;
`

/** How far the holds of a file are those of a log: so many of its receipts have been read. */
export interface AccountedHolds {
  readonly origin: string
  readonly size: number
}

/**
 * The legal holds that stand, as far as the ledger was read. The receipts are the truth: the file
 * only spares reading all of them again.
 */
export class HoldFile {
  readonly #db: DatabaseSync
  #holds: readonly Hold[]

  /** @throws PortcullisError `DATA_KEYS_UNAVAILABLE`. */
  constructor(file: string) {
    const code = 'DATA_KEYS_UNAVAILABLE'
    this.#db = openPrivateDatabase(file, { application: APPLICATION, tables: TABLES, code })
    try {
      this.#db.exec(TABLES)
      this.#holds = this.#read()
    } catch (cause) {
      this.#db.close()
      throw new PortcullisError(code, `\`${file}\` cannot be read`, { cause })
    }
  }

  /** Takes away a file that cannot be read. */
  static remove(file: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }

  /** Oldest first. */
  get all(): readonly Hold[] {
    return this.#holds
  }

  /** Nothing in a file that is new, or from before this was noted. */
  get accounted(): AccountedHolds | undefined {
    const row = this.#db.prepare('SELECT origin, size FROM accounted').get()
    return row && { origin: String(row.origin), size: Number(row.size) }
  }

  /** Makes these the holds that stand, and notes how far the log was read for them. */
  replace(holds: readonly Hold[], { origin, size }: AccountedHolds): void {
    this.#holds = holds
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () => {
      this.#db.exec('DELETE FROM hold')
      for (const hold of holds) this.#insert(hold)
      this.#db.prepare('INSERT OR REPLACE INTO accounted VALUES (1, ?, ?)').run(origin, size)
    })
  }

  /** From now on it holds. Only its receipt makes that outlive the process. */
  stand(hold: Hold): void {
    if (this.#holds.length >= MAX_HOLDS) {
      throw new PortcullisError('REQUEST_INVALID', `${MAX_HOLDS} holds stand already`)
    }
    this.#holds = [...this.#holds, hold]
  }

  /** Writes down a hold that has its receipt. Durable when it returns. */
  keep(hold: Hold): void {
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () => this.#insert(hold))
  }

  get(id: string): Hold {
    const hold = this.#holds.find((each) => each.id === id)
    if (hold !== undefined) return hold
    throw new PortcullisError('HOLD_UNKNOWN', `no hold \`${id}\` stands`)
  }

  remove(id: string): void {
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () =>
      this.#db.prepare('DELETE FROM hold WHERE id = ?').run(id),
    )
    this.#holds = this.#holds.filter((hold) => hold.id !== id)
  }

  close(): void {
    this.#db.close()
  }

  #insert({ id, tenant, scope, reason, by, since }: Hold): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, tenant, JSON.stringify(scope), reason, by, since)
  }

  #read(): readonly Hold[] {
    return this.#db
      .prepare('SELECT * FROM hold ORDER BY since, id')
      .all()
      .map((row) => ({
        ...{ id: String(row.id), tenant: String(row.tenant), reason: String(row.reason) },
        ...{ by: String(row.asked_by), since: Number(row.since) },
        scope: JSON.parse(String(row.scope)) as HoldScope,
      }))
  }
}
