import { hash } from 'node:crypto'
import type { Adapter, Payload } from 'oidc-provider'
import { PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, isTenant, type Tenant } from '../../kernel/identity/tenant.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Clock, OAuthStore } from '../../pipeline/ports.ts'

/** Logins that may be under way in browsers at once; the oldest gives way. */
export const LOGINS_UNDER_WAY_LIMIT = 1_000

export interface AdapterOptions {
  readonly store: OAuthStore
  readonly clock: Pick<Clock, 'now'>
  readonly clientMetadata: (id: string) => Payload
}

/** What the provider keeps, kind by kind, on our own store. */
export function adapters(options: AdapterOptions): (kind: string) => Adapter {
  return (kind) => {
    switch (kind) {
      case 'Client':
        return { ...nothing, find: async (id) => options.clientMetadata(id) }
      case 'InitialAccessToken':
        return { ...nothing, find: async (token) => registrationOf(token, options) }
      case 'Interaction':
        return underWay(options.clock)
      case 'ReplayDetection':
        return usedOnce(entries(kind, options, { brief: true }))
      // No cookie logs anybody in: each authorization begins with a login.
      case 'Session':
        return nothing
      default:
        return entries(kind, options)
    }
  }
}

const nothing: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
}

/** Codes, grants and refresh tokens: durable, each under the digest of its secret. */
function entries(
  kind: string,
  { store, clock }: AdapterOptions,
  how: { readonly brief?: boolean } = {},
): Adapter {
  return {
    ...nothing,
    async upsert(id, payload, expiresIn = 0) {
      // The secret itself is not written down: whoever asks for it brings it.
      const { jti: _secret, consumed, ...kept } = payload
      const expires = payload.exp ?? Math.floor(clock.now() / 1000) + expiresIn
      const grant = payload.grantId === undefined ? {} : { grant: payload.grantId }
      const used = typeof consumed === 'number' ? { consumed } : {}
      const entry = { payload: kept as JsonObject, expires, ...grant, ...used, ...how }
      store.putEntry(kind, id, entry)
    },
    async find(id) {
      const entry = store.entry(kind, id)
      if (entry === undefined) return undefined
      const { payload, consumed } = entry
      return { ...payload, jti: id, ...(consumed !== undefined && { consumed }) }
    },
    async consume(id) {
      if (store.consumeEntry(kind, id, Math.floor(clock.now() / 1000))) return
      throw new PortcullisError('OAUTH_GRANT_INVALID', 'another request has used it meanwhile')
    },
    destroy: async (id) => store.removeEntry(kind, id),
    async revokeByGrantId(grant) {
      store.removeGrant(grant)
      // Whatever was issued on the consent ends with it, access tokens too.
      for (const tenant of tenantsOf(grant)) store.endConsent(tenant, grant)
    },
  }
}

/** The id of a consent begins with its tenant. */
function tenantsOf(grant: string): readonly Tenant[] {
  const [tenant = ''] = grant.split('.')
  return isTenant(tenant) ? [tenant] : [DEFAULT_TENANT]
}

/**
 * What serves once: who asks first has it, whatever comes between the question and the note that it
 * was used.
 */
function usedOnce(kept: Adapter): Adapter {
  const inHand = new Set<string>()
  return {
    ...kept,
    async find(id) {
      if (inHand.has(id)) return { jti: id }
      const found = await kept.find(id)
      if (found !== undefined || inHand.has(id)) return found ?? { jti: id }
      inHand.add(id)
      return undefined
    },
    async upsert(id, payload, expiresIn) {
      try {
        await kept.upsert(id, payload, expiresIn)
      } finally {
        inHand.delete(id)
      }
    },
  }
}

/** A few minutes of a browser between two pages; lost with the process, and begun again. */
function underWay(clock: Pick<Clock, 'now'>): Adapter {
  const held = new Map<string, Payload>()
  return {
    ...nothing,
    async upsert(id, payload) {
      held.delete(id)
      const [oldest] = held.keys()
      if (held.size >= LOGINS_UNDER_WAY_LIMIT && oldest !== undefined) held.delete(oldest)
      held.set(id, payload)
    },
    async find(id) {
      const payload = held.get(id)
      if (payload?.exp === undefined || payload.exp * 1000 > clock.now()) return payload
      held.delete(id)
      return undefined
    },
    async destroy(id) {
      held.delete(id)
    },
  }
}

/** An open registration, as the provider reads an initial access token. */
function registrationOf(token: string, { store, clock }: AdapterOptions): Payload | undefined {
  const found = findRegistration(token, store, clock.now())
  if (found === undefined) return undefined
  const exp = Math.floor(found.expires / 1000)
  return { jti: token, kind: 'InitialAccessToken', policies: ['agent'], exp }
}

/** `pcr_acme.SECRET`: the tenant says where to look, and proves nothing. */
const REGISTRATION_TOKEN = /^pcr_([a-z0-9-]{1,63})\.[A-Za-z0-9_-]{43}$/

/** The open registration that a token is for, and whose it is. */
export function findRegistration(
  token: string,
  store: Pick<OAuthStore, 'registration'>,
  now: number,
) {
  const tenant = REGISTRATION_TOKEN.exec(token)?.[1] ?? ''
  if (!isTenant(tenant)) return undefined
  const digest = hash('sha256', token, 'base64url')
  const registration = store.registration(tenant, digest, now)
  return registration && { ...registration, tenant }
}
