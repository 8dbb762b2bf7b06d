import type { KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ClientCertificate } from '../../kernel/identity/credential.ts'
import type { Warrant } from '../../kernel/identity/delegation.ts'
import type {
  Clock,
  Gate,
  Log,
  Logins,
  OAuthAgents,
  OAuthStore,
  Standing,
} from '../../pipeline/ports.ts'

/** The subject of a token exchange: what its holder may, and the login that it is based on. */
export interface ExchangeSubject {
  readonly warrant: Warrant
  readonly consent?: string
}

export interface OAuthDoorOptions {
  readonly gate: Gate
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  readonly agents: OAuthAgents
  readonly store: OAuthStore
  /** The runtime's identity key, Ed25519, private. */
  readonly signingKey: KeyObject
  /** 32 bytes that nonces for proofs of possession are made of. */
  readonly nonceSecret: Buffer
  /** Rejects `IDENTITY_*` for a token that its own holder could not use either. */
  readonly subject: (token: string, now: number) => Promise<ExchangeSubject>
  /** How people log in; without it nobody can consent to anything. */
  readonly login?: Logins['password'] | undefined
  /** The verified certificate of a connection, and the host of our SPIFFE ids. */
  readonly certificates?:
    | {
        readonly of: (request: IncomingMessage) => ClientCertificate | undefined
        readonly trustDomain: string
      }
    | undefined
  /** Who was suspended or revoked gets no token either. */
  readonly standing?: Pick<Standing, 'check'> | undefined
  /** How often an authority may be passed on. */
  readonly delegationDepth: number
  /** How long a consent holds, and with it the refresh tokens issued on it, in milliseconds. */
  readonly consentTtlMs: number
}
