import type { LinkProof } from '../kernel/identity/principal.ts'
import type { PublicJwk } from '../kernel/identity/public-jwk.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { JsonObject } from '../kernel/json/value.ts'

export type { PublicJwk }

/** An agent as the authorization server knows it. */
export interface OAuthAgent {
  readonly tenant: Tenant
  readonly id: string
  /** Keys that it proves itself with, beside those added at run time. */
  readonly keys: readonly PublicJwk[]
  readonly redirectUris: readonly string[]
  /** The widest that its tokens may be for. */
  readonly scopes: readonly string[]
  /** Whom it may act for by token exchange: `agent:sales`, `human:alice`, `human:*`. */
  readonly actsFor: readonly string[]
  readonly tokenTtlMs: number
}

/** The agents of a tenant, as declared at this moment. Nothing for one that is not there. */
export type OAuthAgents = (tenant: Tenant, id: string) => OAuthAgent | undefined

/** A key that was added at run time. */
export interface AgentKey {
  readonly agent: string
  readonly jwk: PublicJwk
  /** Milliseconds since the epoch. */
  readonly added: number
}

/** Keys of agents that operators add and remove. Each change is durable at its end. */
export interface AgentKeys {
  keys(tenant: Tenant, agent: string): readonly AgentKey[]
  addKey(tenant: Tenant, key: AgentKey): void
  /** False where there is none. What was issued to the agent until `now` (ms) is void then. */
  removeKey(tenant: Tenant, agent: string, which: { kid: string; now: number }): boolean
  /** Until when what was issued to the agent is void, in milliseconds since the epoch; 0: never. */
  voidUntil(tenant: Tenant, agent: string): number
}

/** A client that registered itself (RFC 7591). */
export interface RegisteredClient {
  /** `~` and random characters: no agent is called so. */
  readonly id: string
  readonly agent: string
  readonly keys: readonly PublicJwk[]
  readonly redirectUris: readonly string[]
  readonly name?: string
  /** Milliseconds since the epoch. */
  readonly registered: number
}

export interface RegisteredClients {
  client(tenant: Tenant, id: string): RegisteredClient | undefined
  addClient(tenant: Tenant, client: RegisteredClient): void
  /** Lets whoever has the token with this digest register one client, until `expires` (ms). */
  openRegistration(tenant: Tenant, registration: Registration): void
  /** The open one of this digest; nothing once it was used or is over. */
  registration(tenant: Tenant, digest: string, now: number): Registration | undefined
  /** Uses it up. False where another did before. */
  useRegistration(tenant: Tenant, digest: string, now: number): boolean
}

export interface Registration {
  /** SHA-256 of the token, base64url. */
  readonly digest: string
  readonly agent: string
  readonly expires: number
}

/** That a human lets an agent act for it, and what is known of the human since its login. */
export interface Consent {
  readonly id: string
  readonly human: string
  readonly via: LinkProof
  readonly mfaVerified: boolean
  readonly roles: readonly string[]
  readonly attributes: JsonObject
  /** Milliseconds since the epoch. */
  readonly begun: number
  readonly expires: number
}

export interface Consents {
  consent(tenant: Tenant, id: string): Consent | undefined
  keepConsent(tenant: Tenant, consent: Consent): void
  /** Whatever was issued on it is void from now on. */
  endConsent(tenant: Tenant, id: string): void
}

/** What the authorization server keeps under a secret: codes, refresh tokens, used assertions. */
export interface SecretEntry {
  readonly payload: JsonObject
  /** Seconds since the epoch. */
  readonly expires: number
  readonly consumed?: number
}

export interface NewEntry extends SecretEntry {
  /** The consent that it is based on, and ends with. */
  readonly grant?: string
  /** It has to outlive the process, and not a loss of power: it is over in minutes. */
  readonly brief?: boolean
}

/** Entries are kept under a digest of their secret, so that the file tells nobody one. */
export interface SecretEntries {
  entry(kind: string, secret: string): SecretEntry | undefined
  putEntry(kind: string, secret: string, entry: NewEntry): void
  /** True for the first who says so: what serves once is used up then. */
  consumeEntry(kind: string, secret: string, at: number): boolean
  removeEntry(kind: string, secret: string): void
  removeGrant(grant: string): void
}

/** All that is kept of OAuth. Each change is durable at its end; throws `OAUTH_UNAVAILABLE`. */
export interface OAuthStore extends AgentKeys, RegisteredClients, Consents, SecretEntries {}
