import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { nameKey } from '../../kernel/identity/name.ts'
import type { AccountStore, KeptAccount, PersonBook } from '../../pipeline/ports.ts'
import { coded } from './accounts-file.ts'

/** The accounts of people, of all tenants, in `accounts.db`. */
export function accountStore(db: DatabaseSync): AccountStore {
  const one = db.prepare('SELECT body FROM account WHERE tenant = ? AND name = ?')
  const handle = db.prepare(
    "SELECT body FROM account WHERE tenant = ? AND body ->> '$.handle' = ? LIMIT 1",
  )
  const all = db.prepare('SELECT body FROM account WHERE tenant = ? ORDER BY name')
  const insert = db.prepare(
    'INSERT INTO account (tenant, name, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const change = db.prepare(
    'UPDATE account SET body = ? WHERE tenant = ? AND name = ? AND body = ?',
  )
  const drop = db.prepare('DELETE FROM account WHERE tenant = ? AND name = ?')
  const found = (row: Record<string, SQLOutputValue> | undefined) =>
    row === undefined ? undefined : accountOf(row)
  return {
    get: (tenant, name) => coded(() => found(one.get(tenant, nameKey(name)))),
    byHandle: (tenant, text) => coded(() => found(handle.get(tenant, text))),
    list: (tenant) => coded(() => all.all(tenant).map(accountOf)),
    add: (tenant, account) =>
      coded(() => insert.run(tenant, nameKey(account.name), textOf(account)).changes === 1),
    replace: (tenant, before, after) =>
      coded(() => {
        const key = nameKey(before.name)
        return change.run(textOf(after), tenant, key, textOf(before)).changes === 1
      }),
    remove: (tenant, name) => coded(() => drop.run(tenant, nameKey(name)).changes === 1),
  }
}

/** Whose an id is, in `accounts.db`. */
export function personBook(db: DatabaseSync): PersonBook {
  const insert = db.prepare(
    `INSERT INTO person (tenant, id, connector, subject) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const one = db.prepare('SELECT connector, subject FROM person WHERE tenant = ? AND id = ?')
  const drop = db.prepare('DELETE FROM person WHERE tenant = ? AND id = ?')
  return {
    claim: (tenant, id, { connector, subject }) =>
      coded(() => {
        insert.run(tenant, nameKey(id), connector, subject)
        const owner = one.get(tenant, nameKey(id))
        return owner?.connector === connector && owner.subject === subject
      }),
    release: (tenant, id) => coded(() => drop.run(tenant, nameKey(id)).changes === 1),
  }
}

function textOf(account: KeptAccount): string {
  return JSON.stringify(account)
}

/** Written by this file alone, in a file that only the runtime's user can write. */
function accountOf({ body }: Record<string, SQLOutputValue>): KeptAccount {
  return JSON.parse(String(body))
}
