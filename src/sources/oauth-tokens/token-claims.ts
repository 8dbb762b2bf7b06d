import type { JWTPayload } from 'jose'
import { PortcullisError } from '../../kernel/errors.ts'
import { CERTIFICATE_BINDING } from '../../kernel/identity/certificate-binding.ts'
import { readClientId } from '../../kernel/identity/client-id.ts'
import { DELEGATION_DEPTH_LIMIT } from '../../kernel/identity/delegation.ts'
import type { ActorLink } from '../../kernel/identity/principal.ts'
import { readScopes } from '../../kernel/identity/scopes.ts'
import { isTenant, type Tenant } from '../../kernel/identity/tenant.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'

/** What a token is bound to (RFC 7800): a key, a certificate, or nothing. */
export type Binding =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly jkt: string }
  | { readonly kind: 'certificate'; readonly thumbprint: string }

/** What one of our access tokens says. Times in milliseconds since the epoch. */
export interface TokenClaims {
  readonly tenant: Tenant
  readonly id: string
  readonly clientId: string
  /** Who acts for whom, the holder last. */
  readonly chain: readonly NamedLink[]
  readonly scopes: readonly string[]
  readonly issued: number
  readonly expires: number
  readonly binding: Binding
  /** Of the login and the consent that it is based on. */
  readonly consent?: string
  readonly mayAct?: string
}

/** Of a link that passed its authority on, also the token that it did so with. */
export type NamedLink = Pick<ActorLink, 'kind' | 'id' | 'session'>

/**
 * Reads the claims of a token whose signature, issuer, audience and times hold. We wrote them, so
 * whatever is of another shape is no token of ours.
 * @throws PortcullisError `IDENTITY_INVALID`.
 */
export function readClaims(payload: JWTPayload): TokenClaims {
  const { tenant, jti, client_id: clientId, scope, sid, iat = 0, exp = 0 } = payload
  const client = typeof clientId === 'string' ? readClientId(clientId) : undefined
  if (typeof tenant !== 'string' || !isTenant(tenant) || client?.tenant !== tenant) {
    throw invalid('its tenant is not that of its client')
  }
  const scopes = typeof scope === 'string' ? readScopes(scope) : undefined
  if (typeof clientId !== 'string' || typeof jti !== 'string' || scopes === undefined) {
    throw invalid('it has no id or no scope')
  }
  const claims = {
    ...{ tenant, id: jti, clientId, scopes },
    ...{ issued: iat * 1000, expires: exp * 1000, binding: bindingOf(payload.cnf) },
  }
  const mayAct = partyOf(payload.may_act)?.id
  return {
    ...claims,
    chain: chainOf(payload),
    ...(typeof sid === 'string' && { consent: sid }),
    ...(mayAct === undefined ? {} : { mayAct }),
  }
}

/** RFC 8693 section 4.1: the outermost `act` acts now, those within acted before. */
function chainOf(payload: JWTPayload): readonly NamedLink[] {
  const { sub = '', kind, sub_jti: jti } = payload as JWTPayload & JsonObject
  const subject = partyOf({ sub, ...(kind && { kind }), ...(jti && { jti }) })
  const actors: NamedLink[] = []
  for (let act: unknown = payload.act; act !== undefined; ) {
    const actor = partyOf(act)
    if (actor === undefined || actors.length >= DELEGATION_DEPTH_LIMIT) throw invalid('its actors')
    actors.unshift(actor)
    act = isJsonObject(act) ? act.act : undefined
  }
  if (subject === undefined) throw invalid('it has no subject')
  return [subject, ...actors]
}

function partyOf(claim: unknown): NamedLink | undefined {
  if (!isJsonObject(claim)) return undefined
  const { sub, kind, jti } = claim
  if (typeof sub !== 'string' || sub === '' || !isKind(kind)) return undefined
  return { kind, id: sub, ...(typeof jti === 'string' && { session: jti }) }
}

function isKind(kind: unknown): kind is ActorLink['kind'] {
  return kind === 'agent' || kind === 'human' || kind === 'service'
}

function bindingOf(cnf: unknown): Binding {
  if (cnf === undefined) return { kind: 'none' }
  const {
    jkt,
    [CERTIFICATE_BINDING]: thumbprint,
    ...more
  } = isJsonObject(cnf) ? cnf : ({ x: 0 } as JsonObject)
  const others = Object.keys(more).length
  if (others === 0 && typeof jkt === 'string' && thumbprint === undefined) {
    return { kind: 'key', jkt }
  }
  if (others === 0 && typeof thumbprint === 'string' && jkt === undefined) {
    return { kind: 'certificate', thumbprint }
  }
  throw invalid('it is bound to something else than a key or a certificate')
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('IDENTITY_INVALID', `no token of ours: ${message}`)
}
