import type { ErrorCode } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { EventBy } from '../kernel/receipt/event-draft.ts'

/** One refusal, as it is counted. */
export interface CountedRefusal {
  readonly code: ErrorCode
  readonly channel: { readonly door: string; readonly peer: string }
  readonly identity: Identity | undefined
}

/** Counts refusals, so that nobody fills the ledger with them, and raises alerts. */
export interface Refusals {
  /** Counts it. False for one that is to have no receipt of its own: it is summed up later. */
  note(refusal: CountedRefusal): boolean
}

/** Alerts that somebody of this tenant presented an id of another. */
export interface Crossings {
  /** Never waits and never throws: who asked is answered as if there were no such id. */
  note(what: string, by: EventBy): void
  /** Resolves when what was noted so far is recorded, or can't be. */
  close(): Promise<void>
}
