import type { Spending } from '../budget/budget.ts'
import type { ActorLink } from '../identity/principal.ts'
import type { RuleRef } from '../policy/decision.ts'
import { canonical } from './canonical.ts'
import type {
  PayloadDigest,
  Receipt,
  RecordedApproval,
  RecordedDecision,
  RecordedDetail,
  RecordedEffect,
  RecordedObservation,
  Redaction,
} from './receipt.ts'

// `JSON.stringify` writes a lone surrogate as an escape and a non-finite number as `null`.
const SUSPECT = /\\ud[89a-f]|null/

/**
 * The leaf of a receipt: `canonical(receipt)`, three times as fast. Members are laid down in
 * canonical order, so that the platform's serializer writes the canonical form. INVARIANT: each
 * literal below lists all members of its type in that order; the types see to the first and
 * `receipt-text.test.ts` to the second.
 */
export function receiptText(receipt: Receipt): string {
  const text = JSON.stringify(inOrder(receipt))
  return SUSPECT.test(text) ? canonical(receipt) : text
}

/** A literal that names every member of `T`, absent ones as undefined. */
type All<T> = Record<keyof T, unknown>

function inOrder(receipt: Receipt): All<Receipt> {
  const { action, approval, channel, cost, decision, effect, lifecycle } = receipt
  return {
    action: action && {
      operation: action.operation,
      resource: { id: action.resource.id, type: action.resource.type },
    },
    actor: receipt.actor.map(link),
    approval: approval && recordedApproval(approval),
    channel: { door: channel.door, peer: channel.peer },
    code: receipt.code,
    cost: cost && { ms: cost.ms },
    decision: decision && recordedDecision(decision),
    detail: receipt.detail && detail(receipt.detail),
    effect: effect && recordedEffect(effect),
    id: receipt.id,
    in: receipt.in && digest(receipt.in),
    kind: receipt.kind,
    lifecycle: lifecycle && { detail: lifecycle.detail, event: lifecycle.event },
    log: receipt.log,
    out: receipt.out && digest(receipt.out),
    prev: receipt.prev,
    redactions: receipt.redactions?.map(redaction),
    run: receipt.run,
    seq: receipt.seq,
    spend: receipt.spend?.map(spending),
    ts: receipt.ts,
    v: receipt.v,
  }
}

function link({ id, kind, via }: ActorLink): All<ActorLink> {
  return { id, kind, via }
}

function recordedApproval(approval: RecordedApproval): All<RecordedApproval> {
  const { binding, by, expires, names, request } = approval
  return { binding, by, expires, names, request }
}

function recordedDecision(decision: RecordedDecision): All<RecordedDecision> {
  return {
    audits: decision.audits,
    effect: decision.effect,
    errors: decision.errors,
    obligations: decision.obligations,
    observed: decision.observed && observation(decision.observed),
    reason: decision.reason,
    rules: decision.rules.map(rule),
    version: decision.version,
  }
}

function observation({ effect, reason, rules }: RecordedObservation): All<RecordedObservation> {
  return { effect, reason, rules: rules.map(rule) }
}

function rule({ column, file, line, policy, rule, says, text }: RuleRef): All<RuleRef> {
  return { column, file, line, policy, rule, says, text }
}

function recordedEffect({ of, state }: RecordedEffect): All<RecordedEffect> {
  return { of, state }
}

function digest({ bytes, digest }: PayloadDigest): All<PayloadDigest> {
  return { bytes, digest }
}

function spending({ amount, budget }: Spending): All<Spending> {
  return { amount, budget }
}

function detail({ considered, paths }: RecordedDetail): All<RecordedDetail> {
  return { considered, paths }
}

function redaction({ path, why }: Redaction): All<Redaction> {
  return { path, why }
}
