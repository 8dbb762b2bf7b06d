import { PortcullisError } from '../../kernel/errors.ts'
import { API_TOKEN_PREFIX, tenantOfToken } from '../../kernel/identity/opaque-token.ts'
import type { ActorLink, Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  ApiTokenStore,
  Clock,
  IdentitySource,
  Ids,
  KeptApiToken,
} from '../../pipeline/ports.ts'
import { digestOfToken, newOpaqueToken } from '../opaque-tokens.ts'

/** Life of a token of a program: what it is by default, and at the most, in milliseconds. */
export const DEFAULT_API_TOKEN_LIFE_MS = 90 * 86_400_000
export const API_TOKEN_LIFE_LIMIT_MS = 366 * 86_400_000
/** Scopes and roles of one token, tokens of one tenant. */
export const API_TOKEN_SCOPES_LIMIT = 32
export const API_TOKENS_LIMIT = 1_000

/** An operation, or the beginning of some with a star last. */
const SCOPE = /^(?:\*|[A-Za-z][A-Za-z0-9_.-]{0,126}\*?)$/
const SERVICE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

export interface ApiTokensOptions {
  readonly store: ApiTokenStore
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

export interface NewApiToken {
  readonly service: string
  readonly member?: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly lifeMs?: number
}

export interface PreparedApiToken {
  readonly token: string
  readonly kept: KeptApiToken
}

export interface ApiTokens extends IdentitySource {
  /** The token itself is in this answer and nowhere else. @throws `REQUEST_INVALID` */
  create(tenant: Tenant, request: NewApiToken): PreparedApiToken
  /** One that proves nothing until it is kept. @throws PortcullisError `REQUEST_INVALID` */
  prepare(tenant: Tenant, request: NewApiToken): PreparedApiToken
  keep(tenant: Tenant, token: PreparedApiToken): void
  list(tenant: Tenant): readonly KeptApiToken[]
  /** @throws PortcullisError `API_TOKEN_UNKNOWN` */
  revoke(tenant: Tenant, id: string): KeptApiToken
  /** Removes one that may be there. */
  forget(tenant: Tenant, id: string): void
  /** All that act for a member. */
  revokeOf(tenant: Tenant, member: string): readonly KeptApiToken[]
}

/** Tokens for programs: limited to scopes, with an end, looked up at every request. */
export function apiTokens({ store, clock, ids }: ApiTokensOptions): ApiTokens {
  const prepare: ApiTokens['prepare'] = (tenant, request) => {
    const { lifeMs = DEFAULT_API_TOKEN_LIFE_MS, ...rest } = request
    check(request, lifeMs)
    if (store.list(tenant).length >= API_TOKENS_LIMIT) {
      throw invalid(`there are ${API_TOKENS_LIMIT} tokens already: revoke some`)
    }
    const { token, digest } = newOpaqueToken(API_TOKEN_PREFIX, tenant)
    const created = clock.now()
    return { token, kept: { ...rest, id: ids.next(), digest, created, expires: created + lifeMs } }
  }
  return {
    async verify(credential, now) {
      if (credential.kind !== 'bearer') {
        throw new PortcullisError('IDENTITY_MISSING', 'the request brings no token')
      }
      const { tenant, kept } = lookUp(credential.token, store)
      if (kept.expires > now) return identityOf(tenant, kept)
      throw new PortcullisError('IDENTITY_EXPIRED', 'the token has expired')
    },
    prepare,
    keep: (tenant, { kept }) => store.add(tenant, kept),
    create(tenant, request) {
      const prepared = prepare(tenant, request)
      store.add(tenant, prepared.kept)
      return prepared
    },
    list: (tenant) => store.list(tenant),
    revoke(tenant, id) {
      const [revoked] = store.remove(tenant, { id })
      if (revoked !== undefined) return revoked
      throw new PortcullisError('API_TOKEN_UNKNOWN', `there is no token \`${id}\``)
    },
    forget: (tenant, id) => void store.remove(tenant, { id }),
    revokeOf: (tenant, member) => store.remove(tenant, { member }),
  }
}

function check({ service, scopes, roles }: NewApiToken, lifeMs: number): void {
  if (!SERVICE.test(service)) throw invalid('a program is named as an agent is')
  if (scopes.length === 0) throw invalid('a token needs a scope: the operations it is for')
  if (Math.max(scopes.length, roles.length) > API_TOKEN_SCOPES_LIMIT) {
    throw invalid(`a token has at most ${API_TOKEN_SCOPES_LIMIT} scopes, and as many roles`)
  }
  if (!scopes.every((scope) => SCOPE.test(scope))) {
    throw invalid('a scope is the name of an operation, or its beginning and a star')
  }
  if (lifeMs >= 1_000 && lifeMs <= API_TOKEN_LIFE_LIMIT_MS) return
  throw invalid('a token of a program lives from one second to 366 days')
}

function lookUp(token: string, store: ApiTokenStore) {
  const tenant = tenantOfToken(token, API_TOKEN_PREFIX)
  const kept = tenant && store.byDigest(tenant, digestOfToken(token))
  if (tenant !== undefined && kept !== undefined) return { tenant, kept }
  throw new PortcullisError('IDENTITY_INVALID', 'there is no such token')
}

function identityOf(tenant: Tenant, kept: KeptApiToken): Identity {
  const { id, service, member, roles, scopes, created: issued, expires } = kept
  const behind: readonly ActorLink[] =
    member === undefined ? [] : [{ kind: 'human', id: member, via: 'delegated' }]
  return {
    tenant,
    principal: { kind: 'service', id: service, roles },
    chain: [...behind, { kind: 'service', id: service, via: 'api-token', session: id }],
    scopes,
    credential: { id, issued, expires },
  }
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
