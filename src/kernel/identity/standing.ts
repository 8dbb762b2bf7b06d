import type { ErrorCode } from '../errors.ts'
import type { Identity } from './principal.ts'
import type { Tenant } from './tenant.ts'

/** What was taken back: from a principal all, else one of its sessions or credentials. */
export interface EndOf {
  readonly tenant: Tenant
  readonly what: 'agent' | 'human' | 'session' | 'credential'
  readonly id: string
}

/**
 * How a principal stands. Suspended, it may do nothing, and keeps what it has. Revoked, it may do
 * nothing, and what was issued to it `voidUntil` then is void for good, also if it is let in again.
 */
export interface PrincipalStanding {
  readonly state: 'active' | 'suspended' | 'revoked'
  /** Milliseconds since the epoch. */
  readonly voidUntil?: number
}

/** One line of what is kept: of a principal how it stands, of anything else that it has ended. */
export type StandingRecord =
  | (EndOf & { readonly what: 'agent' | 'human'; readonly standing: PrincipalStanding })
  | (EndOf & { readonly what: 'session' | 'credential'; readonly expires?: number })

/** Why an identity that was proved is refused all the same. */
export interface StandingFault {
  readonly code: Extract<ErrorCode, 'IDENTITY_REVOKED' | 'AGENT_SUSPENDED' | 'SESSION_ENDED'>
  readonly message: string
}

const ACTIVE: PrincipalStanding = { state: 'active' }

type Records = Record<EndOf['what'], Map<string, StandingRecord>>

/** Who stands how, in every tenant. Asked at each request, so it answers from memory. */
export class StandingBook {
  readonly #tenants = new Map<Tenant, Records>()

  put(record: StandingRecord): void {
    this.#of(record.tenant)[record.what].set(record.id, record)
  }

  standing(tenant: Tenant, what: 'agent' | 'human', id: string): PrincipalStanding {
    const record = this.#tenants.get(tenant)?.[what].get(id)
    return record !== undefined && 'standing' in record ? record.standing : ACTIVE
  }

  /**
   * Why it may not act any more; nothing if it may. Every link of its chain has to stand: an agent
   * acts for nobody who is revoked. What does not say when it was issued is as old as can be.
   */
  faultOf({ tenant, chain, credential, session }: Identity): StandingFault | undefined {
    const records = this.#tenants.get(tenant)
    if (records === undefined) return undefined
    const loginId = session?.id
    if (typeof loginId === 'string' && records.session.has(loginId)) return ENDED
    if (credential !== undefined && records.credential.has(credential.id)) return TAKEN_BACK
    for (const { kind, id, session: proof } of chain) {
      if (proof !== undefined && records.credential.has(proof)) return TAKEN_BACK
      if (proof !== undefined && records.session.has(proof)) return ENDED
      if (kind === 'service') continue
      const { state, voidUntil } = this.standing(tenant, kind, id)
      if (state === 'revoked') return revoked(kind, id)
      if (state === 'suspended') return suspended(kind, id)
      const issued = credential?.issued ?? 0
      if (voidUntil !== undefined && issued <= voidUntil) return revoked(kind, id)
    }
    return undefined
  }

  #of(tenant: Tenant): Records {
    const known = this.#tenants.get(tenant)
    if (known !== undefined) return known
    const records = {
      ...{ agent: new Map(), human: new Map(), session: new Map(), credential: new Map() },
    }
    this.#tenants.set(tenant, records)
    return records
  }
}

const TAKEN_BACK: StandingFault = {
  code: 'IDENTITY_REVOKED',
  message: 'the credential was taken back',
}

const ENDED: StandingFault = { code: 'SESSION_ENDED', message: 'the session was ended' }

function revoked(kind: string, id: string): StandingFault {
  return { code: 'IDENTITY_REVOKED', message: `the ${kind} \`${id}\` was revoked` }
}

function suspended(kind: 'agent' | 'human', id: string): StandingFault {
  if (kind === 'human') return revoked(kind, id)
  return { code: 'AGENT_SUSPENDED', message: `the agent \`${id}\` is suspended` }
}

/** Does the end of this concern what acts, or acted, as this identity? */
export function concerns({ tenant, what, id }: EndOf, identity: Identity): boolean {
  if (tenant !== identity.tenant) return false
  if (what === 'agent' || what === 'human') {
    return identity.chain.some((link) => link.kind === what && link.id === id)
  }
  if (identity.credential?.id === id || identity.session?.id === id) return true
  return identity.chain.some(({ session }) => session === id)
}
