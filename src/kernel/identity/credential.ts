import type { Tenant } from './tenant.ts'

/** What a connection presents to prove who it is. It never enters a receipt, a log or an error. */
export type Credential =
  | { readonly kind: 'none' }
  | BearerCredential
  | DpopCredential
  | SocketCredential
  | { readonly kind: 'certificate'; readonly certificate: ClientCertificate }

/** The local socket, which nobody but its owner can open. No other door presents it. */
export interface SocketCredential {
  readonly kind: 'admin-socket'
  /** Whom its owner administers by this request. */
  readonly tenant: Tenant
}

/** A token that whoever holds it may present, unless it is bound to the certificate beside it. */
export interface BearerCredential {
  readonly kind: 'bearer'
  readonly token: string
  /** It came from this machine and to it; absent where nobody looked. */
  readonly loopback?: boolean
  readonly certificate?: ClientCertificate
}

/** A token bound to a key, and the proof that the key's holder sent this request (RFC 9449). */
export interface DpopCredential {
  readonly kind: 'dpop'
  readonly token: string
  /** The `DPoP` header of the request. */
  readonly proof: string
  readonly method: string
  /** Scheme, authority and path of the request as the runtime received it. */
  readonly url: string
  readonly certificate?: ClientCertificate
}

/** A certificate whose key the peer has shown in the handshake, under an authority of ours. */
export interface ClientCertificate {
  /** The certificate alone, DER. */
  readonly der: Uint8Array
  /** `x5t#S256` (RFC 8705 section 3.1): base64url of the SHA-256 of `der`. */
  readonly thumbprint: string
}
