import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type Acl, aclDigest, aclOf, canonicalAcl, MAX_ACLS } from '../../kernel/acl/acl.ts'
import type { AclResource } from '../../kernel/acl/acl-resource.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Acls } from '../../pipeline/ports.ts'

/** How long a reader or writer waits for another, in milliseconds. */
export const ACLS_WAIT_MS = 5_000

/** `list` is what holds; `past` what ever held, so that old decisions can be explained. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS list (
    tenant TEXT NOT NULL, resource TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, resource)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS past (
    tenant TEXT NOT NULL, resource TEXT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, resource, digest)
  ) STRICT, WITHOUT ROWID;
`

export interface OpenAcls extends Acls {
  /** Every list that the resource ever had. */
  past(tenant: Tenant, resource: AclResource): readonly Acl[]
  close(): void
}

/**
 * Access control lists in SQLite, in a file that only its owner can read, and all of them in
 * memory: deciding waits for no disk.
 * @throws PortcullisError `ACL_UNAVAILABLE`.
 */
export function openAcls(file: string): OpenAcls {
  const db = coded(() => openDatabase(file))
  const put = db.prepare(
    'INSERT INTO list VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  )
  const remove = db.prepare('DELETE FROM list WHERE tenant = ? AND resource = ?')
  const keep = db.prepare('INSERT INTO past VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const held = db.prepare('SELECT body FROM past WHERE tenant = ? AND resource = ?')
  const lists = coded(() => readLists(db))

  function store(tenant: Tenant, acl: Acl): void {
    const { resource } = acl
    const body = canonicalAcl(acl)
    db.exec('BEGIN IMMEDIATE')
    try {
      if (acl.entries.length === 0) remove.run(tenant, resource)
      else {
        put.run(tenant, resource, body)
        keep.run(tenant, resource, aclDigest(acl), body)
      }
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  return {
    of: (tenant, resource) => lists.get(tenant)?.get(resource),
    change(tenant, resource, change) {
      const own = lists.get(tenant) ?? new Map<string, Acl>()
      const before = own.get(resource) ?? { resource, entries: [] }
      const after = change(before)
      if (aclDigest(after) === aclDigest(before)) return { before, after: before }
      if (!own.has(resource) && own.size >= MAX_ACLS) {
        throw new PortcullisError('ACL_LIMIT', `a tenant has at most ${MAX_ACLS} lists`)
      }
      coded(() => store(tenant, after))
      lists.set(tenant, own)
      if (after.entries.length === 0) own.delete(resource)
      else own.set(resource, after)
      return { before, after }
    },
    past: (tenant, resource) =>
      coded(() => held.all(tenant, resource).map(({ body }) => parsed(String(body)))),
    close: () => db.close(),
  }
}

function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: ACLS_WAIT_MS })
  try {
    // `FULL`: what somebody was told is permitted or taken back, is on the disk.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function readLists(db: DatabaseSync): Map<string, Map<string, Acl>> {
  const lists = new Map<string, Map<string, Acl>>()
  for (const { tenant, body } of db.prepare('SELECT tenant, body FROM list').iterate()) {
    const acl = parsed(String(body))
    const own = lists.get(String(tenant)) ?? new Map<string, Acl>()
    lists.set(String(tenant), own)
    own.set(acl.resource, acl)
  }
  return lists
}

/** Written by this file alone, in a file that only the runtime's user can write. */
function parsed(body: string): Acl {
  const [resource, entries]: [AclResource, [never, never][]] = JSON.parse(body)
  return aclOf(
    resource,
    entries.map(([candidate, level]) => ({ candidate, level })),
  )
}

function coded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new PortcullisError('ACL_UNAVAILABLE', 'the access control lists cannot be kept', {
      cause,
    })
  }
}
