import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import type { AgentKeys, PublicJwk } from '../../pipeline/ports.ts'
import { inTransaction } from '../private-database.ts'

const CODE = 'OAUTH_UNAVAILABLE'
/** Keys that one agent may have at once, beside the declared ones. */
export const AGENT_KEYS_LIMIT = 8

/** The keys of agents that operators add and remove while the runtime runs. */
export function agentKeys(db: DatabaseSync): AgentKeys {
  const all = db.prepare(
    'SELECT jwk, added FROM agent_key WHERE tenant = ? AND agent = ? ORDER BY added, kid',
  )
  const add = db.prepare('INSERT OR REPLACE INTO agent_key VALUES (?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM agent_key WHERE tenant = ? AND agent = ? AND kid = ?')
  const cut = db.prepare('INSERT OR REPLACE INTO key_cut VALUES (?, ?, ?)')
  const until = db.prepare('SELECT until FROM key_cut WHERE tenant = ? AND agent = ?')
  const keys: AgentKeys['keys'] = (tenant, agent) =>
    all.all(tenant, agent).map(({ jwk, added }) => ({
      ...{ agent, added: Number(added) },
      jwk: JSON.parse(String(jwk)) as PublicJwk,
    }))
  return {
    keys,
    addKey: (tenant, { agent, jwk, added }) =>
      inTransaction(db, CODE, () => {
        const others = keys(tenant, agent).filter((key) => key.jwk.kid !== jwk.kid)
        if (others.length >= AGENT_KEYS_LIMIT) {
          throw new PortcullisError('AGENT_KEY_LIMIT', `an agent may have ${AGENT_KEYS_LIMIT} keys`)
        }
        add.run(tenant, agent, jwk.kid, JSON.stringify(jwk), added)
      }),
    removeKey: (tenant, agent, { kid, now }) =>
      inTransaction(db, CODE, () => {
        if (remove.run(tenant, agent, kid).changes === 0) return false
        cut.run(tenant, agent, now)
        return true
      }),
    voidUntil: (tenant, agent) => Number(until.get(tenant, agent)?.until ?? 0),
  }
}
