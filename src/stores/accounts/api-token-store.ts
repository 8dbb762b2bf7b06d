import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { ApiTokenStore, KeptApiToken } from '../../pipeline/ports.ts'
import { coded } from './accounts-file.ts'

/** The tokens of programs, of all tenants, in `accounts.db`. */
export function apiTokenStore(db: DatabaseSync): ApiTokenStore {
  const insert = db.prepare(
    'INSERT INTO api_token (tenant, digest, id, member, body) VALUES (?, ?, ?, ?, ?)',
  )
  const one = db.prepare('SELECT body FROM api_token WHERE tenant = ? AND digest = ?')
  const all = db.prepare('SELECT body FROM api_token WHERE tenant = ? ORDER BY id')
  const byId = db.prepare('DELETE FROM api_token WHERE tenant = ? AND id = ? RETURNING body')
  const byMember = db.prepare(
    'DELETE FROM api_token WHERE tenant = ? AND member = ? RETURNING body',
  )
  return {
    add: (tenant, token) => {
      const { digest, id, member = null } = token
      coded(() => insert.run(tenant, digest, id, member, JSON.stringify(token)))
    },
    byDigest: (tenant, digest) =>
      coded(() => {
        const row = one.get(tenant, digest)
        return row === undefined ? undefined : tokenOf(row)
      }),
    list: (tenant) => coded(() => all.all(tenant).map(tokenOf)),
    remove: (tenant, which) =>
      coded(() => {
        const rows = 'id' in which ? byId.all(tenant, which.id) : byMember.all(tenant, which.member)
        return rows.map(tokenOf)
      }),
  }
}

/** Written by this file alone, in a file that only the runtime's user can write. */
function tokenOf({ body }: Record<string, SQLOutputValue>): KeptApiToken {
  return JSON.parse(String(body))
}
