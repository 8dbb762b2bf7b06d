import type { Identity, Principal } from '../kernel/identity/principal.ts'
import type { EndOf } from '../kernel/identity/standing.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'

/** What was proved may have been taken back. Asked at every verification, right after the proof. */
export interface Standing {
  /**
   * Returns where the identity may still act.
   * @throws PortcullisError `IDENTITY_REVOKED`, `AGENT_SUSPENDED`, `SESSION_ENDED`;
   * `STANDING_UNAVAILABLE` where that cannot be told.
   */
  check(identity: Identity): void
  /**
   * Calls the listener when something was taken back and `check` says so already: what is open and
   * concerned has to end now. Returns what ends that.
   */
  onEnd(listener: (end: EndOf) => void): () => void
}

/** A session or a token that is open, for those who may end it. */
export interface OpenSession {
  /** What `EndOf` names it by; it proves nothing. */
  readonly id: string
  readonly what: 'session' | 'credential'
  /** Whose it is. */
  readonly principal: Pick<Principal, 'kind' | 'id'>
  /** What it is, for people: `mcp`, `login`, `api token`. */
  readonly kind: string
  /** Milliseconds since the epoch, this and the next. */
  readonly opened: number
  /** Absent for what does not outlive the runtime. */
  readonly expires?: number
}

/** Whoever keeps sessions or tokens tells which are open. They are ended by `Standing.onEnd`. */
export interface SessionsOf {
  list(tenant: Tenant): readonly OpenSession[]
}
