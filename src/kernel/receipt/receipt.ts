import type { Resource } from '../action.ts'
import type { Spending } from '../budget/budget.ts'
import type { ErrorCode } from '../errors.ts'
import type { ActorLink } from '../identity/principal.ts'
import type { Taint } from '../labels/label.ts'
import type { Decision, Reason, RuleRef } from '../policy/decision.ts'
import type { HoldScope } from '../privacy/hold.ts'
import type { EventName, ReceiptKind } from './events.ts'

/** Version of the receipt schema, the field `v` of every receipt. */
export const RECEIPT_VERSION = 1

/**
 * One leaf of the ledger. An allowed action leaves two: the `decision`, durable before the effect,
 * and the `effect` that names it in `effect.of`. A refused action leaves one. What is no action has
 * an `event`.
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
  readonly kind: ReceiptKind
  /** Empty when nobody was authenticated. */
  readonly actor: readonly ActorLink[]
  readonly channel: { readonly door: string; readonly peer: string }
  readonly action?: RecordedAction
  readonly decision?: RecordedDecision
  /** Why a request was refused or an effect failed. */
  readonly code?: ErrorCode
  readonly in?: RecordedPayload
  readonly out?: RecordedPayload
  readonly redactions?: readonly Redaction[]
  /** What of the result was made harmless, or only marked. */
  readonly sanitised?: readonly Redaction[]
  readonly effect?: RecordedEffect
  readonly cost?: RecordedCost
  /** What happened, where that is no action. */
  readonly event?: RecordedEvent
  /** How the action was confined. */
  readonly sandbox?: RecordedSandbox
  /** In `clock.jumped_back`: how far, in milliseconds. */
  readonly clock?: RecordedClock
  /** In a decision what is held of budgets, in an effect what was spent. */
  readonly spend?: readonly Spending[]
  /** In a decision the labels that are held for the run, in an effect those that it was given. */
  readonly labels?: readonly string[]
  /** In a decision that the labels of the run settled: which, and the receipts that gave them. */
  readonly taints?: readonly Taint[]
  /** Where a policy asks for the audit trail `detailed`. */
  readonly detail?: RecordedDetail
  readonly approval?: RecordedApproval
}

/** What was asked for, and of whom. */
export interface RecordedAction {
  readonly operation: string
  readonly resource: Resource
  /** The upstream server that carries it out. */
  readonly server?: string
  /** Digest of the definition of the tool as its server declared it: `sha256:` and hex. */
  readonly schema?: string
  /** How dangerous it was judged, in one word. */
  readonly risk?: string
}

/** Something that happened, by its name in `EVENTS`. */
export interface RecordedEvent {
  readonly name: EventName
  /** For people. Bounded by who writes it. */
  readonly detail: string
  /** Of what it is about, `sha256:` and hex: a configuration, the tools of a server. */
  readonly digest?: string
  /** In an alert: how many requests it sums up, since when (ms since the epoch), by code. */
  readonly count?: number
  readonly since?: number
  readonly codes?: readonly CodeCount[]
  /** Pseudonym of the subject whose key was destroyed. */
  readonly subject?: string
  /** Leaves whose bodies may be gone from now on: from the first to before the last. */
  readonly leaves?: LeafRange
  /** The legal hold that was added or removed. */
  readonly hold?: RecordedHold
}

/** What a hold covers: with `tenant` everything, else what the member of that name says. */
export interface RecordedHold {
  readonly id: string
  readonly kind: HoldScope['kind']
  readonly run?: string
  /** A pseudonym. */
  readonly subject?: string
  /** Milliseconds since the epoch, both included. */
  readonly from?: number
  readonly to?: number
}

/** Indices of leaves, `to` not included. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

export interface CodeCount {
  readonly code: string
  readonly count: number
}

/** Strength, image and profile of a sandbox, and what it may reach: each by digest or name. */
export interface RecordedSandbox {
  readonly tier?: string
  readonly image?: string
  readonly profile?: string
  readonly egress?: string
}

export interface RecordedClock {
  readonly back_ms: number
}

/** What was used up. */
export interface RecordedCost {
  /** Milliseconds since the request came. */
  readonly ms?: number
  readonly tokens?: { readonly in: number; readonly out: number }
  /** Money, in millionths of the unit of account. */
  readonly micros?: number
}

/** What a detailed audit trail adds: names and places, never a value. */
export interface RecordedDetail {
  /** In a decision: rules that were about the request and did not settle it. */
  readonly considered?: readonly string[]
  /** In an effect: the members of the arguments and of the result, as they were passed on. */
  readonly paths?: readonly string[]
}

/** Where a rule stands that settled a decision. */
export type RecordedRule = Omit<RuleRef, 'readsRun'>

export interface RecordedDecision {
  readonly effect: Decision['effect']
  readonly reason: Reason
  /** Digest of the policy set that decided. */
  readonly version: string
  /** The rules that settled it. Empty for a default deny. */
  readonly rules: readonly RecordedRule[]
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
  readonly rules: readonly RecordedRule[]
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

/** A payload as receipts name it. */
export interface RecordedPayload extends PayloadDigest {
  /** Pseudonym of whom it is about. It is the id of the key that the digest is made with. */
  readonly subject?: string
  /** Digest of what is kept, where redaction made it another payload. */
  readonly kept?: string
  /** Whether the payload itself is kept, sealed. */
  readonly sealed?: boolean
  /** Its media type, where that is not JSON. */
  readonly type?: string
}

/** A payload of which it is known whom it is about. */
export interface SubjectPayload extends RecordedPayload {
  readonly subject: string
}

/** One value taken out or changed: where (`args.text`, `result.content.0.text`) and by what. */
export interface Redaction {
  readonly path: string
  readonly why: string
}
