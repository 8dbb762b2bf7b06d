import { PortcullisError } from '../../kernel/errors.ts'
import { SESSION_PREFIX, tenantOfToken } from '../../kernel/identity/opaque-token.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  Clock,
  IdentitySource,
  Ids,
  KeptSession,
  LoggedIn,
  Members,
  SessionStore,
} from '../../pipeline/ports.ts'
import { digestOfToken, newOpaqueToken } from '../opaque-tokens.ts'

/** A session ends when it was not used for so long, and at the latest after so long. */
export const DEFAULT_SESSION_IDLE_MS = 30 * 60_000
export const DEFAULT_SESSION_LIFE_MS = 12 * 3_600_000
/** How exactly it is kept when a session was last used, in ms: each keeping is a write. */
export const SEEN_GRAIN_MS = 60_000
/** Sessions of one person; the oldest makes room for a new one. */
export const SESSIONS_PER_MEMBER = 16

export interface PeopleSessionsOptions {
  readonly store: SessionStore
  readonly members: Members
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly idleMs?: number
  readonly lifeMs?: number
  /** Is told of every session that ends by itself: idle, over, or replaced by another. */
  readonly onEnd?: (tenant: Tenant, session: KeptSession) => void
}

/** A session whose token is shown this once. */
export interface IssuedSession {
  readonly token: string
  readonly session: KeptSession
}

export interface PeopleSessions extends IdentitySource {
  /** Begins a session; an older one that is named ends, so that nobody fixes the new one's id. */
  begin(person: LoggedIn, from: { source: string; replaces?: string }): IssuedSession
  /** The session goes on under a new token, with a second factor proved; the old token is void. */
  elevate(token: string, now: number): IssuedSession
  find(token: string, now: number): { readonly tenant: Tenant; readonly session: KeptSession }
  list(tenant: Tenant): readonly KeptSession[]
  /** Those that end now, of which `onEnd` is not told: whoever ends them knows. */
  end(tenant: Tenant, which: { id: string } | { member: string }): readonly KeptSession[]
}

/** The sessions of people: opaque bearer tokens, looked up at every request. */
export function peopleSessions(options: PeopleSessionsOptions): PeopleSessions {
  const { store, clock, ids } = options
  const { idleMs = DEFAULT_SESSION_IDLE_MS, lifeMs = DEFAULT_SESSION_LIFE_MS } = options
  const end: PeopleSessions['end'] = (tenant, which) => store.remove(tenant, which)
  const drop = (tenant: Tenant, id: string) => {
    for (const session of end(tenant, { id })) options.onEnd?.(tenant, session)
  }
  const find = (token: string, now: number) => {
    const found = lookUp(token, store)
    const { tenant, session } = found
    if (now < session.ends && now < session.seen + idleMs) return found
    drop(tenant, session.id)
    throw new PortcullisError('IDENTITY_EXPIRED', 'the session has ended: log in again')
  }
  const keep = (tenant: Tenant, session: Omit<KeptSession, 'id' | 'digest'>): IssuedSession => {
    const { token, digest } = newOpaqueToken(SESSION_PREFIX, tenant)
    const kept = { ...session, id: ids.next(), digest }
    store.add(tenant, kept)
    return { token, session: kept }
  }
  return {
    async verify(credential, now) {
      if (credential.kind !== 'bearer') {
        throw new PortcullisError('IDENTITY_MISSING', 'the request brings no session')
      }
      const { tenant, session } = find(credential.token, now)
      if (now - session.seen >= SEEN_GRAIN_MS) store.seen(tenant, session.id, now)
      return identityOf(tenant, session, options.members)
    },
    begin({ tenant, id: member, ...person }, { source, replaces }) {
      const now = clock.now()
      store.prune(now, idleMs)
      if (replaces !== undefined) replace(replaces, tenant)
      makeRoom(tenant, member)
      const { via, mfaVerified, roles, attributes } = person
      const times = { begun: now, seen: now, ends: now + lifeMs }
      return keep(tenant, { member, via, mfaVerified, roles, attributes, source, ...times })
    },
    elevate(token, now) {
      const { tenant, session } = find(token, now)
      drop(tenant, session.id)
      return keep(tenant, { ...session, mfaVerified: true, seen: now })
    },
    find,
    list: (tenant) => store.list(tenant),
    end,
  }

  function replace(token: string, tenant: Tenant): void {
    const of = tenantOfToken(token, SESSION_PREFIX)
    const old = of === tenant ? store.byDigest(tenant, digestOfToken(token)) : undefined
    if (old !== undefined) drop(tenant, old.id)
  }

  function makeRoom(tenant: Tenant, member: string): void {
    const own = store.list(tenant).filter((session) => session.member === member)
    const over = own.toSorted((a, b) => a.begun - b.begun)
    for (const { id } of over.slice(0, Math.max(0, own.length + 1 - SESSIONS_PER_MEMBER))) {
      drop(tenant, id)
    }
  }
}

function lookUp(token: string, store: SessionStore) {
  const tenant = tenantOfToken(token, SESSION_PREFIX)
  const session = tenant && store.byDigest(tenant, digestOfToken(token))
  if (tenant !== undefined && session !== undefined) return { tenant, session }
  throw new PortcullisError('IDENTITY_INVALID', 'there is no such session')
}

/** Who it is now: what the directory says is asked anew, and stands above what the login said. */
function identityOf(tenant: Tenant, session: KeptSession, members: Members): Identity {
  const { id, member, via, mfaVerified, begun, ends } = session
  const facts = members(tenant, member)
  const roles = [...new Set([...session.roles, ...(facts?.roles ?? [])])]
  const attributes = { ...session.attributes, ...facts?.attributes }
  return {
    tenant,
    principal: { kind: 'human', id: member, roles, attributes },
    chain: [{ kind: 'human', id: member, via: 'session', session: id }],
    session: { mfa_verified: mfaVerified, via, begun },
    credential: { id, issued: begun, expires: ends },
  }
}
