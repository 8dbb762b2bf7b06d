import type { JsonObject } from '../json/value.ts'
import type { Tenant } from './tenant.ts'

/** Who may act. What a principal is, it has proved at this request. */
export interface Principal {
  readonly kind: 'agent' | 'human' | 'service'
  /** Its name within its tenant: `sales`. */
  readonly id: string
  readonly roles: readonly string[]
  /** What else is known of it: `team`, `space`, `version`, and whatever the operator declares. */
  readonly attributes?: JsonObject
}

/** One link of the actor chain, with how it was authenticated. */
export interface ActorLink {
  readonly kind: 'human' | 'agent' | 'service'
  readonly id: string
  readonly via: LinkProof
  /** Its version, as declared. */
  readonly version?: string
  /** Digest of its code. */
  readonly digest?: string
  /** The credential it proved itself with: the id of its token. */
  readonly session?: string
}

/**
 * How a link was authenticated. `admin-socket` proves who could open it: its owner. `delegated` is
 * named by the token of the link behind it: whoever issued that token had it proved. `client-jwt`
 * is a client of the authorization server with an assertion of its own key (RFC 7523).
 */
export type LinkProof =
  | 'bearer-jwt'
  | 'dpop-jwt'
  | 'mtls-jwt'
  | 'svid'
  | 'delegated'
  | 'client-jwt'
  | 'approver-jwt'
  | 'password'
  | 'passkey'
  | 'oidc'
  | 'ldap'
  | 'session'
  | 'api-token'
  | 'admin-socket'
  | 'runtime'

/** A proved principal and the whole chain it acts in: human → agent → service. */
export interface Identity {
  readonly tenant: Tenant
  readonly principal: Principal
  /** The human it acts for, where it acts for one: the first link of the chain. */
  readonly human?: Principal
  /** Who acts for whom, the principal last. */
  readonly chain: readonly ActorLink[]
  /** The operations that the credential is limited to, as names with a star last; absent: any. */
  readonly scopes?: readonly string[]
  /** What is known of the login behind it, for policies: `mfa_verified`. */
  readonly session?: JsonObject
  /** What can be taken back: the id of the token, the serial number of the certificate. */
  readonly credential?: ProvedBy
}

/** What an identity was proved by. */
export interface ProvedBy {
  readonly id: string
  /** Since when it is, in milliseconds since the epoch. Absent, it is as old as can be. */
  readonly issued?: number
  /** Until when it is good, in milliseconds since the epoch. */
  readonly expires?: number
}
