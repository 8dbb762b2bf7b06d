import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { PrincipalStanding, StandingRecord } from '../../kernel/identity/standing.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCST`: marks the file as ours. */
const APPLICATION = 0x50435354

/** Principals, sessions and credentials that are kept at once: all of them are in memory. */
export const MAX_STANDING_RECORDS = 1_000_000

const UNAVAILABLE = 'STANDING_UNAVAILABLE'

const TABLES = `
  CREATE TABLE standing (
    tenant TEXT NOT NULL, what TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL, until INTEGER,
    PRIMARY KEY (tenant, what, id)
  ) STRICT, WITHOUT ROWID;
`

/** @throws PortcullisError `STANDING_UNAVAILABLE`: who cannot tell who is revoked serves nobody. */
export function openStandingFile(file: string): StandingFile {
  return new StandingFile(file)
}

/** What was taken back, on the disk. */
export class StandingFile {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = openPrivateDatabase(file, {
      ...{ application: APPLICATION, tables: TABLES, code: UNAVAILABLE },
    })
  }

  /**
   * All that still matters at `now`: what has expired by then is forgotten.
   * @throws PortcullisError `STANDING_UNAVAILABLE` for a row that nobody here wrote, too.
   */
  load(now: number): readonly StandingRecord[] {
    return inTransaction(this.#db, UNAVAILABLE, () => {
      this.#db.prepare("DELETE FROM standing WHERE state = 'ended' AND until <= ?").run(now)
      return this.#db.prepare('SELECT * FROM standing').all().map(recordOf)
    })
  }

  /** In place of what was known of it. Durable when it returns. */
  put(record: StandingRecord): void {
    const { tenant, what, id } = record
    const [state, until] =
      'standing' in record
        ? [record.standing.state, record.standing.voidUntil]
        : ['ended', record.expires]
    inTransaction(this.#db, UNAVAILABLE, () => {
      const kept = this.#db.prepare('SELECT count(*) AS kept FROM standing').get()?.kept
      if (Number(kept) >= MAX_STANDING_RECORDS) {
        throw new PortcullisError(UNAVAILABLE, `${MAX_STANDING_RECORDS} are kept already`)
      }
      this.#db
        .prepare('INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?)')
        .run(tenant, what, id, state, until ?? null)
    })
  }

  close(): void {
    this.#db.close()
  }
}

function recordOf(row: Record<string, unknown>): StandingRecord {
  const { what, state } = row
  const named = { tenant: tenantOf(String(row.tenant)), id: String(row.id) }
  const until = row.until === null ? undefined : Number(row.until)
  if ((what === 'session' || what === 'credential') && state === 'ended') {
    return { ...named, what, ...(until !== undefined && { expires: until }) }
  }
  if ((what === 'agent' || what === 'human') && isState(state)) {
    const standing = { state, ...(until !== undefined && { voidUntil: until }) }
    return { ...named, what, standing }
  }
  throw new PortcullisError(UNAVAILABLE, `a row of \`standing.db\` says nothing that is known`)
}

function isState(state: unknown): state is PrincipalStanding['state'] {
  return state === 'active' || state === 'suspended' || state === 'revoked'
}
