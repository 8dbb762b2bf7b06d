import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Hold, HoldScope } from '../../kernel/privacy/hold.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCHO`: marks the file as holds of ours. */
const APPLICATION = 0x5043484f

/** Holds that stand at once, at most: each is looked at for everything that time is over for. */
export const MAX_HOLDS = 1_000

const TABLES = `
  CREATE TABLE hold (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, scope TEXT NOT NULL, reason TEXT NOT NULL,
    asked_by TEXT NOT NULL, since INTEGER NOT NULL
  ) STRICT;
`

/** @throws PortcullisError `DATA_KEYS_UNAVAILABLE`: who cannot see the holds deletes nothing. */
export function openHolds(file: string): HoldFile {
  return new HoldFile(file)
}

/** The legal holds that stand. */
export class HoldFile {
  readonly #db: DatabaseSync
  #holds: readonly Hold[]

  constructor(file: string) {
    const spec = {
      application: APPLICATION,
      tables: TABLES,
      code: 'DATA_KEYS_UNAVAILABLE',
    } as const
    this.#db = openPrivateDatabase(file, spec)
    this.#holds = this.#db
      .prepare('SELECT * FROM hold ORDER BY since, id')
      .all()
      .map((row) => ({
        ...{ id: String(row.id), tenant: String(row.tenant), reason: String(row.reason) },
        ...{ by: String(row.asked_by), since: Number(row.since) },
        scope: JSON.parse(String(row.scope)) as HoldScope,
      }))
  }

  /** Oldest first. */
  get all(): readonly Hold[] {
    return this.#holds
  }

  /** Durable when it returns. */
  add(hold: Hold): void {
    if (this.#holds.length >= MAX_HOLDS) {
      throw new PortcullisError('REQUEST_INVALID', `${MAX_HOLDS} holds stand already`)
    }
    const { id, tenant, scope, reason, by, since } = hold
    inTransaction(this.#db, 'DATA_KEYS_UNAVAILABLE', () =>
      this.#db
        .prepare('INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, tenant, JSON.stringify(scope), reason, by, since),
    )
    this.#holds = [...this.#holds, hold]
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
}
