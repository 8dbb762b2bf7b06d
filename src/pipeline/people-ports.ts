import type { LinkProof } from '../kernel/identity/principal.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { JsonObject } from '../kernel/json/value.ts'

/** What a person says of itself at a login. It never enters a receipt, a log or an error. */
export interface PasswordLogin {
  readonly tenant: Tenant
  readonly name: string
  readonly password: string
  /** Of an authenticator, or a recovery code. */
  readonly code?: string
  /** Where it comes from: the address of the peer. */
  readonly source: string
}

/** A person who was proved just now. */
export interface LoggedIn {
  readonly tenant: Tenant
  /** Its name within the tenant, for policies and receipts. */
  readonly id: string
  readonly via: Extract<LinkProof, 'password' | 'passkey' | 'oidc' | 'ldap'>
  /** Was there a second factor? */
  readonly mfaVerified: boolean
  /** Roles that whoever proved it vouches for; the directory may know more. */
  readonly roles: readonly string[]
  readonly attributes: JsonObject
}

/** The way in for people: a login page, the command line. */
export interface Logins {
  /**
   * Rejects `LOGIN_REFUSED` in the same time class whatever is wrong: name, password, code, a lock,
   * too many tries before. Rejects `LOGIN_BUSY` where too many are under way.
   */
  password(login: PasswordLogin): Promise<LoggedIn>
}

/** What a connector is asked: the same as a login, without where it comes from. */
export type PasswordClaim = Omit<PasswordLogin, 'source'>

/** A person as a connector vouches for it. */
export interface ProvedAccount extends Omit<LoggedIn, 'tenant'> {
  /**
   * What the connector knows the person by for ever: a DN, a `sub`. An id belongs to the first
   * subject that logs in under it, so that no other source of accounts can take it over.
   */
  readonly subject: string
}

export type ConnectorAnswer =
  | { readonly kind: 'proved'; readonly account: ProvedAccount }
  /** The name is known here, and this is not its password. Nobody else is asked. */
  | { readonly kind: 'refused' }
  /** The name is not known here: the next connector is asked. */
  | { readonly kind: 'unknown' }

/**
 * A source of accounts, and all that it takes to add one of your own. A connector that throws
 * refuses the login; the error goes to the log, so it must not hold the password.
 */
export interface AccountConnector {
  /** `accounts`, `ldap:corp`: stands in the log and beside the ids that belong to it. */
  readonly name: string
  /** What has not answered after a while counts as failed; it should end by itself. */
  password(claim: PasswordClaim): Promise<ConnectorAnswer>
  /** Takes as long as a refusal by `password`, for a login that is refused beforehand. */
  pretend?(claim: Pick<PasswordClaim, 'tenant' | 'name'>): Promise<void>
}

/** Remembers whose an id is. */
export interface PersonBook {
  /**
   * The id is from now on that of this subject. False where it is another's.
   * @throws PortcullisError `ACCOUNTS_UNAVAILABLE`
   */
  claim(tenant: Tenant, id: string, owner: { connector: string; subject: string }): boolean
  /** The id is nobody's any more. */
  release(tenant: Tenant, id: string): boolean
}

/** What the directory knows of a member now; asked at every request. */
export interface MemberFacts {
  readonly roles: readonly string[]
  readonly attributes: JsonObject
}

/** Nothing for whom the directory does not know: then the login alone says what it may. */
export type Members = (tenant: Tenant, id: string) => MemberFacts | undefined

/** A session of a person as it is kept: never the token, only its digest. */
export interface KeptSession {
  readonly id: string
  readonly member: string
  /** SHA-256 of the token, hex. */
  readonly digest: string
  readonly via: LoggedIn['via']
  readonly mfaVerified: boolean
  readonly roles: readonly string[]
  readonly attributes: JsonObject
  /** Where it was begun from. */
  readonly source: string
  /** Milliseconds since the epoch. */
  readonly begun: number
  readonly seen: number
  /** When it ends at the latest. */
  readonly ends: number
}

/** Keeps sessions. What it did is durable when it returns. Throws `ACCOUNTS_UNAVAILABLE`. */
export interface SessionStore {
  add(tenant: Tenant, session: KeptSession): void
  byDigest(tenant: Tenant, digest: string): KeptSession | undefined
  list(tenant: Tenant): readonly KeptSession[]
  seen(tenant: Tenant, id: string, now: number): void
  /** The sessions that were there and are not any more. */
  remove(tenant: Tenant, which: { id: string } | { member: string }): readonly KeptSession[]
  /** Forgets those that ended before. */
  prune(now: number, idleMs: number): void
}

/** A token of a program as it is kept. */
export interface KeptApiToken {
  readonly id: string
  /** The program: the service that whoever holds the token acts as. */
  readonly service: string
  /** The member for whom it acts, if any. */
  readonly member?: string
  readonly digest: string
  readonly roles: readonly string[]
  /** Operations it is limited to, a star last; empty: none but what needs no scope. */
  readonly scopes: readonly string[]
  readonly created: number
  readonly expires: number
}

/** Keeps tokens of programs. Throws `ACCOUNTS_UNAVAILABLE`. */
export interface ApiTokenStore {
  add(tenant: Tenant, token: KeptApiToken): void
  byDigest(tenant: Tenant, digest: string): KeptApiToken | undefined
  list(tenant: Tenant): readonly KeptApiToken[]
  remove(tenant: Tenant, which: { id: string } | { member: string }): readonly KeptApiToken[]
}

/** An account of our own as it is kept: no password, no code, no secret in the clear. */
export interface KeptAccount {
  readonly name: string
  /** Argon2id, as a PHC string. */
  readonly password: string
  readonly disabled: boolean
  readonly totp?: KeptTotp
  /** One that is being set up, and counts for nothing yet. */
  readonly pendingTotp?: KeptTotp
  /** SHA-256 of the recovery codes that were not used. */
  readonly recovery: readonly string[]
  /** What authenticators know the account by, base64url; no name is in it. */
  readonly handle: string
  readonly passkeys: readonly KeptPasskey[]
  /** Milliseconds since the epoch. */
  readonly created: number
}

export interface KeptTotp {
  /** The secret, sealed for this account. */
  readonly sealed: string
  /** Was a code of it shown? Before that nobody is asked for one. */
  readonly confirmed: boolean
  /** The last step of time whose code was used. */
  readonly lastStep: number
}

export interface KeptPasskey {
  /** Base64url. */
  readonly id: string
  readonly publicKey: string
  /** How often its authenticator says that it has signed. */
  readonly counter: number
  readonly transports: readonly string[]
  readonly created: number
}

/** Keeps accounts. What it did is durable when it returns. Throws `ACCOUNTS_UNAVAILABLE`. */
export interface AccountStore {
  get(tenant: Tenant, name: string): KeptAccount | undefined
  byHandle(tenant: Tenant, handle: string): KeptAccount | undefined
  list(tenant: Tenant): readonly KeptAccount[]
  /** False where there is one of that name. */
  add(tenant: Tenant, account: KeptAccount): boolean
  /** False where it is not any more as it was read: nobody uses a code twice in one moment. */
  replace(tenant: Tenant, before: KeptAccount, after: KeptAccount): boolean
  remove(tenant: Tenant, name: string): boolean
}
