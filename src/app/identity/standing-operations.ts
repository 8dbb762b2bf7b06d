import type { AgentStanding, SessionList } from '../../contract/standing.ts'
import type { StandingOperations } from '../../inbound/admin/standing-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { PrincipalStanding } from '../../kernel/identity/standing.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { nearest } from '../../kernel/text/nearest.ts'
import type { OpenSession, SessionsOf } from '../../pipeline/ports.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'

type Needed = Pick<TenantParts, 'config' | 'standing' | 'tenant'>

/** What operators may take back, and give back. `sessions` is everyone who keeps some. */
export function standingOperations(
  { config, standing, tenant, sessions }: Needed & { readonly sessions: readonly SessionsOf[] },
  by: EventBy,
): StandingOperations {
  const named = (name: string) => ({ tenant, what: 'agent', id: declared(name, config) }) as const
  const open = () => sessions.flatMap((each) => each.list(tenant))
  return {
    showAgent(name) {
      const { roles, space } = config.agents[declared(name, config)] ?? { roles: [] }
      const stands = shown(name, standing.standing(tenant, 'agent', name))
      const own = open().filter(({ principal: { kind, id } }) => kind === 'agent' && id === name)
      return { ...stands, roles: [...roles], ...(space && { space }), sessions: own.length }
    },
    suspendAgent: async (name, { reason }) =>
      shown(name, await standing.suspend(named(name), { by, reason })),
    resumeAgent: async (name, { reason }) =>
      shown(name, await standing.resume(named(name), { by, reason })),
    revokeAgent: async (name, { reason }) =>
      shown(name, await standing.revoke(named(name), { by, reason })),
    sessions: () => ({ sessions: open().map(listed) }),
    async endSession(id, { reason, token = false }) {
      const found = open().find((each) => each.id === id)
      if (found === undefined && !token) {
        throw new PortcullisError('SESSION_NOT_FOUND', `no session \`${id}\` is open`)
      }
      const what = found?.what ?? 'credential'
      const { expires } = found ?? {}
      await standing.end({ tenant, what, id, ...(expires && { expires }) }, { by, reason })
      return { id, what }
    },
  }
}

function declared(name: string, { agents }: Needed['config']): string {
  if (Object.hasOwn(agents, name)) return name
  const near = nearest(name, Object.keys(agents))
  const hint = near === undefined ? '' : `: did you mean \`${near}\`?`
  throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${name}\` is declared${hint}`)
}

function shown(agent: string, { state, voidUntil }: PrincipalStanding): AgentStanding {
  return { agent, state, ...(voidUntil !== undefined && { voidUntil: iso(voidUntil) }) }
}

function listed({ opened, expires, ...session }: OpenSession): SessionList['sessions'][number] {
  const until = expires === undefined ? {} : { expires: iso(expires) }
  return { ...session, opened: iso(opened), ...until }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
