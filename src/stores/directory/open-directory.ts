import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Grant, Holder } from '../../kernel/identity/grant.ts'
import { nameKey } from '../../kernel/identity/name.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { DirectoryStore, GrantedBy, NewMember } from '../../pipeline/ports.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCDI`: marks the file as a directory of ours. */
const APPLICATION = 0x50434449
const CODE = 'DIRECTORY_UNAVAILABLE'
/** Members of one tenant that are administered, at most. */
export const MEMBERS_LIMIT = 100_000
/** Grants in one tenant that are administered, at most. */
export const GRANTS_LIMIT = 400_000
/** Principals whose grants are kept at hand. */
export const HOLDERS_AT_HAND = 10_000

/** A role of the whole organisation has the space `''`, which no space is called. */
const TABLES = `
  CREATE TABLE member (
    tenant TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, attributes TEXT NOT NULL,
    description TEXT, PRIMARY KEY (tenant, id), UNIQUE (tenant, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE granted (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, role TEXT NOT NULL,
    space TEXT NOT NULL, asked_by TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, id, role, space)
  ) STRICT, WITHOUT ROWID;
`

/** @throws PortcullisError `DIRECTORY_UNAVAILABLE` where the file is something else. */
export function openDirectory(file: string): DirectoryFile {
  return new DirectoryFile(file)
}

/**
 * Members and grants in SQLite, open for their one writer. What was written is on the disk when a
 * call returns, and holds for whoever asks next.
 */
export class DirectoryFile implements DirectoryStore {
  readonly #db: DatabaseSync
  readonly #granted: StatementSync
  readonly #atHand = new Map<string, readonly Grant[]>()

  constructor(file: string) {
    this.#db = openPrivateDatabase(file, { application: APPLICATION, tables: TABLES, code: CODE })
    this.#granted = this.#db.prepare(
      'SELECT * FROM granted WHERE tenant = ? AND kind = ? AND id = ? ORDER BY role, space',
    )
  }

  members(tenant: Tenant): readonly NewMember[] {
    const all = 'SELECT * FROM member WHERE tenant = ? ORDER BY id'
    return this.#read(() => this.#db.prepare(all).all(tenant).map(memberOf))
  }

  member(tenant: Tenant, id: string): NewMember | undefined {
    const one = 'SELECT * FROM member WHERE tenant = ? AND id = ?'
    const row = this.#read(() => this.#db.prepare(one).get(tenant, id))
    return row && memberOf(row)
  }

  addMember(tenant: Tenant, { id, attributes, description }: NewMember): void {
    this.#change(() => {
      this.#checkRoom('member', tenant, MEMBERS_LIMIT)
      const taken = 'SELECT id FROM member WHERE tenant = ? AND key = ?'
      if (this.#db.prepare(taken).get(tenant, nameKey(id)) !== undefined) {
        throw new PortcullisError('NAME_TAKEN', `\`${id}\`, or a name like it, is taken`)
      }
      this.#db
        .prepare('INSERT INTO member VALUES (?, ?, ?, ?, ?)')
        .run(tenant, id, nameKey(id), JSON.stringify(attributes), description ?? null)
    })
  }

  removeMember(tenant: Tenant, id: string): boolean {
    return this.#change(() => {
      this.#db
        .prepare(`DELETE FROM granted WHERE tenant = ? AND kind = 'human' AND id = ?`)
        .run(tenant, id)
      const one = this.#db.prepare('DELETE FROM member WHERE tenant = ? AND id = ?')
      return one.run(tenant, id).changes === 1
    })
  }

  grants(tenant: Tenant, holder?: Holder): readonly Grant[] {
    if (holder !== undefined) return this.#grantsOf(tenant, holder)
    const all = 'SELECT * FROM granted WHERE tenant = ? ORDER BY kind, id, role, space'
    return this.#read(() => this.#db.prepare(all).all(tenant).map(grantOf))
  }

  #grantsOf(tenant: Tenant, { kind, id }: Holder): readonly Grant[] {
    const key = `${tenant} ${kind} ${id}`
    const known = this.#atHand.get(key)
    if (known !== undefined) return known
    const grants = this.#read(() => this.#granted.all(tenant, kind, id).map(grantOf))
    if (this.#atHand.size >= HOLDERS_AT_HAND) this.#atHand.clear()
    this.#atHand.set(key, grants)
    return grants
  }

  addGrant(tenant: Tenant, { to, role, space = '' }: Grant, { by, at }: GrantedBy): void {
    this.#change(() => {
      this.#checkRoom('granted', tenant, GRANTS_LIMIT)
      this.#db
        .prepare('INSERT OR IGNORE INTO granted VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(tenant, to.kind, to.id, role, space, by, at)
    })
  }

  removeGrant(tenant: Tenant, { to, role, space = '' }: Grant): boolean {
    return this.#change(() => {
      const one = this.#db.prepare(
        'DELETE FROM granted WHERE tenant = ? AND kind = ? AND id = ? AND role = ? AND space = ?',
      )
      return one.run(tenant, to.kind, to.id, role, space).changes === 1
    })
  }

  close(): void {
    this.#db.close()
  }

  #checkRoom(table: 'member' | 'granted', tenant: Tenant, limit: number): void {
    const row = this.#db.prepare(`SELECT count(*) AS n FROM ${table} WHERE tenant = ?`).get(tenant)
    if (Number(row?.n) < limit) return
    throw new PortcullisError('DIRECTORY_LIMIT', `there are ${limit} of them already`)
  }

  /** What is at hand is forgotten even where the change fails: nobody can say what it left. */
  #change<T>(work: () => T): T {
    this.#atHand.clear()
    return inTransaction(this.#db, CODE, work)
  }

  #read<T>(work: () => T): T {
    try {
      return work()
    } catch (cause) {
      throw new PortcullisError(CODE, 'the directory could not be read', { cause })
    }
  }
}

type Row = Record<string, SQLOutputValue>

/** Written by this file alone, in a file that only the runtime's user can write. */
function memberOf({ id, attributes, description }: Row): NewMember {
  const known = { id: String(id), attributes: JSON.parse(String(attributes)) }
  return description === null ? known : { ...known, description: String(description) }
}

function grantOf({ kind, id, role, space }: Row): Grant {
  const to = { kind: kindOf(kind), id: String(id) }
  const granted = { to, role: String(role) }
  return space === '' ? granted : { ...granted, space: String(space) }
}

function kindOf(kind: SQLOutputValue | undefined): Holder['kind'] {
  if (kind === 'agent' || kind === 'human' || kind === 'service') return kind
  throw new PortcullisError(CODE, 'a grant to nobody')
}
