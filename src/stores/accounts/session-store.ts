import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { KeptSession, SessionStore } from '../../pipeline/ports.ts'
import { coded } from './accounts-file.ts'

/** The sessions of people, of all tenants, in `accounts.db`. */
export function sessionStore(db: DatabaseSync): SessionStore {
  const insert = db.prepare(
    `INSERT INTO session (tenant, digest, id, member, seen, ends, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const one = db.prepare('SELECT seen, body FROM session WHERE tenant = ? AND digest = ?')
  const all = db.prepare('SELECT seen, body FROM session WHERE tenant = ? ORDER BY id')
  const seen = db.prepare('UPDATE session SET seen = max(seen, ?) WHERE tenant = ? AND id = ?')
  const byId = db.prepare('DELETE FROM session WHERE tenant = ? AND id = ? RETURNING seen, body')
  const byMember = db.prepare(
    'DELETE FROM session WHERE tenant = ? AND member = ? RETURNING seen, body',
  )
  const old = db.prepare('DELETE FROM session WHERE ends <= ? OR seen <= ?')
  return {
    add: (tenant, session) => {
      const { digest, id, member, ends } = session
      coded(() =>
        insert.run(tenant, digest, id, member, session.seen, ends, JSON.stringify(session)),
      )
    },
    byDigest: (tenant, digest) =>
      coded(() => {
        const row = one.get(tenant, digest)
        return row === undefined ? undefined : sessionOf(row)
      }),
    list: (tenant) => coded(() => all.all(tenant).map(sessionOf)),
    seen: (tenant, id, now) => void coded(() => seen.run(now, tenant, id)),
    remove: (tenant, which) =>
      coded(() => {
        const rows = 'id' in which ? byId.all(tenant, which.id) : byMember.all(tenant, which.member)
        return rows.map(sessionOf)
      }),
    prune: (now, idleMs) => void coded(() => old.run(now, now - idleMs)),
  }
}

/** Written by this file alone, in a file that only the runtime's user can write. */
function sessionOf({ body, seen }: Record<string, SQLOutputValue>): KeptSession {
  return { ...JSON.parse(String(body)), seen: Number(seen) }
}
