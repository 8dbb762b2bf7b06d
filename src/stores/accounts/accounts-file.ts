import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const ACCOUNTS_WAIT_MS = 5_000

/** Nothing is found without saying whose it is: every key begins with the tenant. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (
    tenant TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS account_handle ON account (tenant, body ->> '$.handle');
  CREATE TABLE IF NOT EXISTS person (
    tenant TEXT NOT NULL, id TEXT NOT NULL, connector TEXT NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session (
    tenant TEXT NOT NULL, digest TEXT NOT NULL, id TEXT NOT NULL, member TEXT NOT NULL,
    seen INTEGER NOT NULL, ends INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, digest), UNIQUE (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_member ON session (tenant, member);
  CREATE TABLE IF NOT EXISTS api_token (
    tenant TEXT NOT NULL, digest TEXT NOT NULL, id TEXT NOT NULL, member TEXT,
    body TEXT NOT NULL, PRIMARY KEY (tenant, digest), UNIQUE (tenant, id)
  ) STRICT, WITHOUT ROWID;
`

/** `accounts.db`, which its owner alone can read. Throws `ACCOUNTS_UNAVAILABLE`. */
export function openAccountsFile(file: string): DatabaseSync {
  return coded(() => {
    closeSync(openSync(file, 'a', 0o600))
    const db = new DatabaseSync(file, { timeout: ACCOUNTS_WAIT_MS })
    try {
      // `FULL`: a session that was ended stays so, whatever happens to the machine.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
      db.exec(SCHEMA)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/** Does it and gives what fails the code of this file. */
export function coded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError('ACCOUNTS_UNAVAILABLE', 'the accounts cannot be read or kept', {
      cause,
    })
  }
}
