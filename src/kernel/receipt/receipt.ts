import type { Resource } from '../action.ts'
import type { Spending } from '../budget/budget.ts'
import type { ErrorCode } from '../errors.ts'
import type { ActorLink } from '../identity/principal.ts'
import type { Decision, Reason, RuleRef } from '../policy/decision.ts'

/** Version of the receipt schema, the field `v` of every receipt. */
export const RECEIPT_VERSION = 1

/**
 * One leaf of the ledger. An allowed action leaves two: the `decision`, durable before the effect,
 * and the `effect` that names it in `effect.of`. A refused action leaves one.
 *
 * It claims that this was recorded, in this order, under this policy; not that the recorder told
 * the truth. Field by field: `docs/spec/receipts.md`.
 */
export interface Receipt extends ReceiptDraft {
  readonly v: typeof RECEIPT_VERSION
  /** Origin of the log, as on its checkpoints. */
  readonly log: string
  /** Index of the leaf, from 0, dense. */
  readonly seq: number
  /** Leaf hash (base64) of the previous receipt of the same run, or absent for its first. */
  readonly prev?: string
}

/** A receipt before the ledger has given it its place. */
export interface ReceiptDraft {
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly ts: number
  /** Groups the receipts of one session of one agent; `prev` walks it. */
  readonly run: string
  readonly kind: 'decision' | 'refusal' | 'effect' | 'lifecycle'
  /** Empty when nobody was authenticated. */
  readonly actor: readonly ActorLink[]
  readonly channel: { readonly door: string; readonly peer: string }
  readonly action?: { readonly operation: string; readonly resource: Resource }
  readonly decision?: RecordedDecision
  /** Why a request was refused or an effect failed. */
  readonly code?: ErrorCode
  readonly in?: PayloadDigest
  readonly out?: PayloadDigest
  readonly redactions?: readonly Redaction[]
  readonly effect?: RecordedEffect
  /** Milliseconds spent: deciding in a decision, carrying out in an effect. */
  readonly cost?: { readonly ms: number }
  readonly lifecycle?: { readonly event: string; readonly detail: string }
  /** In a decision what is held of budgets, in an effect what was spent. */
  readonly spend?: readonly Spending[]
  /** Where a policy asks for the audit trail `detailed`. */
  readonly detail?: RecordedDetail
  readonly approval?: RecordedApproval
}

/** What a detailed audit trail adds: names and places, never a value. */
export interface RecordedDetail {
  /** In a decision: rules that were about the request and did not settle it. */
  readonly considered?: readonly string[]
  /** In an effect: the members of the arguments and of the result, as they were passed on. */
  readonly paths?: readonly string[]
}

export interface RecordedDecision {
  readonly effect: Decision['effect']
  readonly reason: Reason
  /** Digest of the policy set that decided. */
  readonly version: string
  /** The rules that settled it. Empty for a default deny. */
  readonly rules: readonly RuleRef[]
  readonly obligations: readonly string[]
  readonly errors: readonly string[]
  /** What `audit` rules want noted; absent where there is nothing. */
  readonly audits?: readonly string[]
  /** What it would have been with the policies in observe mode, where that is something else. */
  readonly observed?: RecordedObservation
}

export interface RecordedObservation {
  readonly effect: Decision['effect']
  readonly reason: Reason
  readonly rules: readonly RuleRef[]
}

/**
 * What became of the effect. `dispatched` stands in the decision receipt; the effect receipt says
 * `confirmed` or `failed`, or `unknown` when the runtime died in between. `held` stands in a
 * decision receipt too: nothing is carried out before a later decision, if one follows.
 */
export interface RecordedEffect {
  readonly state: 'held' | 'dispatched' | 'confirmed' | 'failed' | 'unknown'
  /** Id of the decision receipt; absent in that receipt itself. */
  readonly of?: string
}

/**
 * The request for approval that a receipt is about. In the decision that dispatches the action it
 * says on whose consent; `binding` is what they consented to.
 */
export interface RecordedApproval {
  /** Id of the request. */
  readonly request: string
  /** Keyed digest over agent, operation, resource and arguments. */
  readonly binding: string
  /** Names of the approvals that the policy demands. */
  readonly names: readonly string[]
  /** Who has consented so far. */
  readonly by: readonly string[]
  /** Until when, in milliseconds since the epoch. */
  readonly expires: number
}

/** A payload by keyed digest (`hmac-sha256:` and hex) and size in bytes of its canonical JSON. */
export interface PayloadDigest {
  readonly digest: string
  readonly bytes: number
}

/** One value taken out: where (`args.text`, `result.content.0.text`) and by what. */
export interface Redaction {
  readonly path: string
  readonly why: string
}
