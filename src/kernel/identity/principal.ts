import type { JsonObject } from '../json/value.ts'

/** Who may act. What a principal is, it has proved at this request. */
export interface Principal {
  readonly kind: 'agent'
  /** The name declared in the configuration: `sales`. */
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

/** How a link was authenticated. `admin-socket` proves who could open it: its owner. */
export type LinkProof = 'bearer-jwt' | 'dpop-jwt' | 'approver-jwt' | 'admin-socket' | 'runtime'

/** A proved principal and the whole chain it acts in: human → agent → service. */
export interface Identity {
  readonly principal: Principal
  readonly chain: readonly ActorLink[]
}

/** What a connection presents to prove who it is. It never enters a receipt, a log or an error. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | DpopCredential

/** A token bound to a key, and the proof that the key's holder sent this request (RFC 9449). */
export interface DpopCredential {
  readonly kind: 'dpop'
  readonly token: string
  /** The `DPoP` header of the request. */
  readonly proof: string
  readonly method: string
  /** Scheme, authority and path of the request as the runtime received it. */
  readonly url: string
}
