import type { ApprovalRequest, AskedAction, Binding } from '../kernel/approvals/approval-request.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { DemandedApproval } from '../kernel/policy/decision.ts'

/** Tells, once, that nobody waits for the answer any more. An `AbortSignal` is one. */
export interface Gone {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** How far the consent to a held action has come: what may be told to the one who asked. */
export interface HeldProgress {
  /** Id of the request for approval. */
  readonly request: string
  readonly given: number
  readonly needed: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** An action that a policy lets through only with approvals, as the guard hands it over. */
export interface HeldAction {
  readonly identity: Identity
  /** Where it came in, for the receipts. */
  readonly channel: { readonly door: string; readonly peer: string; readonly run: string }
  readonly binding: Binding
  readonly asked: AskedAction
  readonly demands: readonly DemandedApproval[]
}

/** Who uses a granted request, for what. */
export type ApprovalUse = Pick<HeldAction, 'identity' | 'channel' | 'binding'>

export interface ApprovalWait {
  readonly gone?: Gone | undefined
  readonly onProgress?: ((held: HeldProgress) => void) | undefined
}

/** Where actions wait for consent. All of it survives a restart. */
export interface Approvals {
  /**
   * The open request of an equal action, or a new one. Durable when it resolves.
   * @throws PortcullisError `APPROVAL_DENIED` while a denial stands, `APPROVAL_LIMIT`,
   * `APPROVAL_UNAVAILABLE`, `LEDGER_*`.
   */
  hold(held: HeldAction): Promise<ApprovalRequest>
  /**
   * The request once it is no longer pending; or as it stands when the wait is over, the asker is
   * gone or the runtime stops.
   */
  settled(id: string, wait: ApprovalWait): Promise<ApprovalRequest>
  /**
   * Takes a granted request for this one use. It is spent, durably, when this resolves.
   * @throws PortcullisError `APPROVAL_*` when it may not be used, `LEDGER_*`.
   */
  consume(id: string, use: ApprovalUse): Promise<ApprovalRequest>
}

/** Requests for approval of one tenant. Each call is durable, or changed nothing, at its end. */
export interface ApprovalStore {
  get(id: string): ApprovalRequest | undefined
  /** The newest of the same agent, action, policy version and approvals. */
  latest(binding: Binding): ApprovalRequest | undefined
  /** All that are pending or granted. */
  open(): readonly ApprovalRequest[]
  /** The newest first, whatever has become of them. */
  newest(limit: number): readonly ApprovalRequest[]
  add(request: ApprovalRequest): void
  /** Puts `after` in place of `before`; false, and nothing done, where it no longer stands so. */
  replace(before: ApprovalRequest, after: ApprovalRequest): boolean
}

/** Calls back after a time, unless it is stopped before. */
export interface Alarm {
  after(waitMs: number, ring: () => void): () => void
}
