import { hash, randomBytes } from 'node:crypto'
import type { AgentKeyList } from '../../contract/agent-clients.ts'
import type { AgentClientOperations } from '../../inbound/admin/agent-client-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { PublicJwk } from '../../kernel/identity/public-jwk.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { OAuthAgent } from '../../pipeline/ports.ts'
import { publicKeysOf } from '../config/oauth-clients.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { OAuth } from './open-oauth.ts'

/** How long a registration stays open where nobody says how long, in milliseconds. */
export const REGISTRATION_TTL_MS = 15 * 60 * 1000
const SECRET_BYTES = 32

export interface AgentClientParts {
  readonly tenant: Tenant
  readonly oauth: Pick<OAuth, 'store' | 'agents'>
  readonly ports: EventPorts
  /** Who asks. */
  readonly by: EventBy
}

/** What operators do about the clients of a tenant. Every change has its receipt first. */
export function agentClientOperations({
  tenant,
  oauth,
  ports,
  by,
}: AgentClientParts): AgentClientOperations {
  const { store } = oauth
  const found = (name: string): OAuthAgent => {
    const agent = oauth.agents(tenant, name)
    if (agent !== undefined) return agent
    throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${name}\` is declared`)
  }
  const listed = (agent: OAuthAgent): AgentKeyList => ({
    agent: agent.id,
    keys: [
      ...agent.keys.map((jwk) => ({ ...shown(jwk), from: 'declared' as const })),
      ...store.keys(tenant, agent.id).map(({ jwk, added }) => ({
        ...{ ...shown(jwk), from: 'added' as const, added: new Date(added).toISOString() },
      })),
    ],
  })
  const note = (name: 'agent.key_added' | 'agent.key_removed', detail: string) =>
    recordEvent(ports, { name, detail }, by)
  return {
    agentKeys: (name) => listed(found(name)),
    async addAgentKey(name, { key }) {
      const agent = found(name)
      const jwks = publicKeysOf(key) ?? []
      if (jwks.length === 0) {
        throw new PortcullisError('AGENT_KEY_INVALID', 'that is no public key, P-256 or Ed25519')
      }
      for (const jwk of jwks) {
        await note('agent.key_added', `${name} ${jwk.kid}`)
        store.addKey(tenant, { agent: name, jwk, added: ports.clock.now() })
      }
      return listed(agent)
    },
    async removeAgentKey(name, kid) {
      const agent = found(name)
      if (!store.keys(tenant, name).some(({ jwk }) => jwk.kid === kid)) throw unknown(name)
      await note('agent.key_removed', `${name} ${kid}`)
      if (!store.removeKey(tenant, name, { kid, now: ports.clock.now() })) throw unknown(name)
      return listed(agent)
    },
    async openRegistration(name, { ttlMs = REGISTRATION_TTL_MS }) {
      found(name)
      const token = `pcr_${tenant}.${randomBytes(SECRET_BYTES).toString('base64url')}`
      const until = ports.clock.now() + ttlMs
      const expires = new Date(until).toISOString()
      const event = {
        name: 'agent.registration_opened',
        detail: `${name} until ${expires}`,
      } as const
      await recordEvent(ports, event, by)
      const digest = hash('sha256', token, 'base64url')
      store.openRegistration(tenant, { digest, agent: name, expires: until })
      return { token, agent: name, expires }
    },
  }
}

function shown({ kid, crv }: PublicJwk): { readonly kid: string; readonly type: string } {
  return { kid, type: crv }
}

function unknown(agent: string): PortcullisError {
  return new PortcullisError('AGENT_KEY_UNKNOWN', `\`${agent}\` has no such key to remove here`)
}
