import { hash } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Consent, OAuthStore, RegisteredClient, SecretEntry } from '../../pipeline/ports.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'
import { agentKeys } from './agent-keys.ts'

/** `PCOA`: marks the file as what the authorization server keeps. */
const APPLICATION = 0x50434f41
const CODE = 'OAUTH_UNAVAILABLE'
/** Clients that one tenant may have registered. */
export const REGISTERED_CLIENTS_LIMIT = 10_000
/** What is over is thrown away at every so many new entries. */
export const PRUNE_EVERY = 256

/** A secret stands nowhere in here: only what SHA-256 makes of it. */
const TABLES = `
  CREATE TABLE entry (
    kind TEXT NOT NULL, digest TEXT NOT NULL, grant_id TEXT, payload TEXT NOT NULL,
    expires INTEGER NOT NULL, consumed INTEGER, PRIMARY KEY (kind, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entry_grant ON entry (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX entry_expires ON entry (expires);
  CREATE TABLE client (
    tenant TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE TABLE registration (
    tenant TEXT NOT NULL, digest TEXT NOT NULL, agent TEXT NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, digest)
  ) STRICT;
  CREATE TABLE consent (
    tenant TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE TABLE agent_key (
    tenant TEXT NOT NULL, agent TEXT NOT NULL, kid TEXT NOT NULL, jwk TEXT NOT NULL,
    added INTEGER NOT NULL, PRIMARY KEY (tenant, agent, kid)
  ) STRICT;
  CREATE TABLE key_cut (
    tenant TEXT NOT NULL, agent TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (tenant, agent)
  ) STRICT;
`

/** Opens the file. @throws PortcullisError `OAUTH_UNAVAILABLE`. */
export function openOAuth(file: string): OAuthStore & { close(): void } {
  const db = openPrivateDatabase(file, { application: APPLICATION, tables: TABLES, code: CODE })
  return {
    ...agentKeys(db),
    ...registeredClients(db),
    ...consents(db),
    ...secretEntries(db),
    close: () => db.close(),
  }
}

function registeredClients(db: DatabaseSync) {
  const one = db.prepare('SELECT body FROM client WHERE tenant = ? AND id = ?')
  const count = db.prepare('SELECT count(*) AS clients FROM client WHERE tenant = ?')
  const add = db.prepare('INSERT INTO client VALUES (?, ?, ?)')
  const open = db.prepare('INSERT INTO registration VALUES (?, ?, ?, ?)')
  const sweep = db.prepare('DELETE FROM registration WHERE expires <= ?')
  const opened = db.prepare(
    'SELECT * FROM registration WHERE tenant = ? AND digest = ? AND expires > ?',
  )
  const use = db.prepare('DELETE FROM registration WHERE tenant = ? AND digest = ? AND expires > ?')
  return {
    client: (tenant, id) => bodyOf<RegisteredClient>(reading(() => one.get(tenant, id))),
    addClient: (tenant, client) =>
      inTransaction(db, CODE, () => {
        if (Number(count.get(tenant)?.clients) >= REGISTERED_CLIENTS_LIMIT) {
          throw new PortcullisError('OAUTH_REGISTRATION_REFUSED', 'too many clients registered')
        }
        add.run(tenant, client.id, JSON.stringify(client))
      }),
    openRegistration: (tenant, { digest, agent, expires }) =>
      inTransaction(db, CODE, () => open.run(tenant, digest, agent, expires)),
    registration(tenant, digest, now) {
      const row = reading(() => opened.get(tenant, digest, now))
      return row && { digest, agent: String(row.agent), expires: Number(row.expires) }
    },
    useRegistration: (tenant, digest, now) =>
      inTransaction(db, CODE, () => {
        const used = use.run(tenant, digest, now).changes === 1
        sweep.run(now)
        return used
      }),
  } satisfies Partial<OAuthStore>
}

function consents(db: DatabaseSync) {
  const one = db.prepare('SELECT body FROM consent WHERE tenant = ? AND id = ?')
  const keep = db.prepare('INSERT OR REPLACE INTO consent VALUES (?, ?, ?, ?)')
  const sweep = db.prepare('DELETE FROM consent WHERE expires <= ?')
  const end = db.prepare('DELETE FROM consent WHERE tenant = ? AND id = ?')
  return {
    consent: (tenant, id) => bodyOf<Consent>(reading(() => one.get(tenant, id))),
    keepConsent: (tenant, consent) =>
      inTransaction(db, CODE, () => {
        sweep.run(consent.begun)
        keep.run(tenant, consent.id, JSON.stringify(consent), consent.expires)
      }),
    endConsent: (tenant, id) => inTransaction(db, CODE, () => void end.run(tenant, id)),
  } satisfies Partial<OAuthStore>
}

function secretEntries(db: DatabaseSync) {
  const one = db.prepare('SELECT * FROM entry WHERE kind = ? AND digest = ?')
  const put = db.prepare('INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?)')
  const sweep = db.prepare('DELETE FROM entry WHERE expires <= ?')
  const consume = db.prepare(
    'UPDATE entry SET consumed = ? WHERE kind = ? AND digest = ? AND consumed IS NULL',
  )
  const remove = db.prepare('DELETE FROM entry WHERE kind = ? AND digest = ?')
  const revoke = db.prepare('DELETE FROM entry WHERE grant_id = ?')
  let puts = 0
  return {
    entry: (kind, secret) => entryOf(reading(() => one.get(kind, digestOf(secret)))),
    putEntry(kind, secret, { payload, expires, consumed, grant, brief = false }) {
      const write = () => {
        // What is new begins now: what ended a while before it is over by any clock.
        if (puts++ % PRUNE_EVERY === 0) sweep.run(Number(payload.iat ?? 0))
        const text = JSON.stringify(payload)
        put.run(kind, digestOf(secret), grant ?? null, text, expires, consumed ?? null)
      }
      if (brief) unsynced(db, write)
      else inTransaction(db, CODE, write)
    },
    consumeEntry: (kind, secret, at) =>
      inTransaction(db, CODE, () => consume.run(at, kind, digestOf(secret)).changes === 1),
    removeEntry: (kind, secret) =>
      inTransaction(db, CODE, () => void remove.run(kind, digestOf(secret))),
    removeGrant: (grant) => inTransaction(db, CODE, () => void revoke.run(grant)),
  } satisfies Partial<OAuthStore>
}

/** One transaction that does not wait for the disk; the next one that does takes it along. */
function unsynced(db: DatabaseSync, write: () => void): void {
  db.exec('PRAGMA synchronous = NORMAL')
  try {
    inTransaction(db, CODE, write)
  } finally {
    db.exec('PRAGMA synchronous = FULL')
  }
}

function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

type Row = Record<string, SQLOutputValue> | undefined

function reading(read: () => Row): Row {
  try {
    return read()
  } catch (cause) {
    throw new PortcullisError(CODE, 'what is kept could not be read', { cause })
  }
}

function bodyOf<T>(row: Row): T | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row.body)) as T)
}

function entryOf(row: Row): SecretEntry | undefined {
  if (row === undefined) return undefined
  const { payload, expires, consumed } = row
  const entry = { payload: JSON.parse(String(payload)), expires: Number(expires) }
  return consumed === null ? entry : { ...entry, consumed: Number(consumed) }
}
