import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import { BY_OPERATOR, type EventBy } from '../../kernel/receipt/event-draft.ts'

/** Whoever administers: as receipts name it, and what it has proved, where it came by the guard. */
export interface Caller {
  readonly by: EventBy
  readonly identity?: Identity
}

/** The runtime's own process, and whoever could open its socket. */
export const OPERATOR: Caller = { by: BY_OPERATOR }

export function callerOf(identity: Identity): Caller {
  const local = identity.chain.at(-1)?.via === 'admin-socket'
  const channel = { door: 'admin', peer: local ? 'local' : 'remote' }
  return { by: { actor: identity.chain, channel }, identity }
}

/** Who could open the socket administers everything, in every tenant. */
export function operatorOf(tenant: Tenant): Identity {
  return {
    tenant,
    principal: { kind: 'service', id: 'operator', roles: ['super_admin'] },
    chain: BY_OPERATOR.actor,
  }
}
