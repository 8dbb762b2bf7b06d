import { type ErrorCode, unreachable } from '../errors.ts'
import {
  type ApprovalRequest,
  type ApprovalState,
  approversOf,
  type Binding,
  isOpen,
  sameBinding,
  type Vote,
  type Voter,
} from './approval-request.ts'
import { escalatesAt, isAsked, mayVoteFor } from './may-vote.ts'

/** What can happen to a request for approval. Time passes in all of them. */
export type ApprovalEvent =
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'vote'
      readonly voter: Voter
      readonly verdict: Vote['verdict']
      readonly reason?: string
    }
  | { readonly kind: 'consume'; readonly binding: Binding }

/** When it happens, in milliseconds since the epoch, and under which policies. */
export interface Moment {
  readonly now: number
  readonly version: string
}

/** What became of a request, each with a receipt of its own. `approved` is one vote. */
export type ApprovalStep =
  | 'requested'
  | 'approved'
  | 'granted'
  | 'denied'
  | 'escalated'
  | 'expired'
  | 'consumed'
  | 'void'

/**
 * The request afterwards and the steps it took, in order. With `refused` the event itself changed
 * nothing; that time passed may still have.
 */
export interface Advance {
  readonly request: ApprovalRequest
  readonly steps: readonly ApprovalStep[]
  readonly refused?: ErrorCode
}

/**
 * The only way in which a request for approval changes. From `pending` it may become any other
 * state, from `granted` any but `pending`, and from the others none.
 */
export function advance(request: ApprovalRequest, event: ApprovalEvent, at: Moment): Advance {
  const aged = age(request, at)
  const { request: asked, steps } = aged
  const happened = happen(asked, event, at)
  if ('refused' in happened) return { ...aged, refused: happened.refused }
  return { request: happened.request, steps: [...steps, ...happened.steps] }
}

/** What time, a change of policies and an erasure make of it by themselves. */
function age(request: ApprovalRequest, { now, version }: Moment): Advance {
  if (!isOpen(request)) return { request, steps: [] }
  if (now >= request.expiresAt) return settled(request, 'expired')
  if (version !== request.binding.version || request.asked.erased) return settled(request, 'void')
  if (request.state !== 'pending') return { request, steps: [] }
  const due = request.demands
    .filter(({ approval }) => now >= escalatesAt(approval, request.requestedAt))
    .map(({ approval }) => approval.name)
    .filter((name) => !request.escalated.includes(name))
  if (due.length === 0) return { request, steps: [] }
  return {
    request: { ...request, escalated: [...request.escalated, ...due] },
    steps: ['escalated'],
  }
}

type Happened = Omit<Advance, 'refused'> | { readonly refused: ErrorCode }

function happen(request: ApprovalRequest, event: ApprovalEvent, { now }: Moment): Happened {
  switch (event.kind) {
    case 'tick':
      return { request, steps: [] }
    case 'vote':
      return event.verdict === 'approve' ? approve(request, event, now) : deny(request, event, now)
    case 'consume':
      return consume(request, event.binding)
    default:
      return unreachable(event)
  }
}

type VoteEvent = Extract<ApprovalEvent, { kind: 'vote' }>

function approve(request: ApprovalRequest, event: VoteEvent, now: number): Happened {
  if (request.state !== 'pending') return { refused: REFUSALS[request.state] }
  const may = mayVoteFor(event.voter, request, now)
  if (may.length === 0) return { refused: whyNot(request, event.voter, now) }
  const fresh = may.filter((name) => !approversOf(request, name).includes(event.voter.id))
  if (fresh.length === 0) return { refused: 'APPROVAL_VOTED' }
  const voted = { ...request, votes: [...request.votes, voteOf(event, fresh, now)] }
  if (!isQuorate(voted)) return { request: voted, steps: ['approved'] }
  return { request: { ...voted, state: 'granted' }, steps: ['approved', 'granted'] }
}

/** Whoever may approve may deny, also what is granted and not used yet. One denial is enough. */
function deny(request: ApprovalRequest, event: VoteEvent, now: number): Happened {
  if (!isOpen(request)) return { refused: REFUSALS[request.state] }
  const may = mayVoteFor(event.voter, request, now)
  if (may.length === 0) return { refused: whyNot(request, event.voter, now) }
  const votes = [...request.votes, voteOf(event, may, now)]
  return { request: { ...request, votes, state: 'denied' }, steps: ['denied'] }
}

/** A granted request serves once, and for what it was asked for. */
function consume(request: ApprovalRequest, binding: Binding): Happened {
  if (request.state !== 'granted') return { refused: REFUSALS[request.state] }
  // Somebody else's action is not let through, and must not spoil the consent either.
  if (!sameBinding(request.binding, binding)) return { refused: 'APPROVAL_VOID' }
  return settled(request, 'consumed')
}

function isQuorate(request: ApprovalRequest): boolean {
  return request.demands.every(
    ({ approval: { name, quorum } }) => approversOf(request, name).length >= Math.max(1, quorum),
  )
}

function voteOf({ voter, verdict, reason }: VoteEvent, approvals: string[], at: number): Vote {
  const vote = { approver: voter.id, verdict, at, approvals }
  return reason === undefined ? vote : { ...vote, reason }
}

function whyNot(request: ApprovalRequest, voter: Voter, now: number): ErrorCode {
  const at = { since: request.requestedAt, now }
  const asked = request.demands.some(({ approval }) => isAsked(voter, approval, at))
  return asked ? 'APPROVAL_OWN_REQUEST' : 'APPROVAL_FORBIDDEN'
}

function settled(request: ApprovalRequest, state: 'expired' | 'void' | 'consumed'): Advance {
  return { request: { ...request, state }, steps: [state] }
}

/** Why an action is refused, or a vote, whose request has come to this. */
export const REFUSALS = {
  pending: 'APPROVAL_PENDING',
  granted: 'APPROVAL_GRANTED',
  denied: 'APPROVAL_DENIED',
  expired: 'APPROVAL_EXPIRED',
  consumed: 'APPROVAL_CONSUMED',
  void: 'APPROVAL_VOID',
} as const satisfies Record<ApprovalState, ErrorCode>

/**
 * What an equal action, asked again, finds: a request that it joins, or a denial that stands until
 * the request would have expired; else nothing, and a new request begins.
 */
export function standing(request: ApprovalRequest, { now }: Pick<Moment, 'now'>) {
  if (now >= request.expiresAt) return 'none'
  if (isOpen(request)) return 'open'
  return request.state === 'denied' ? 'denied' : 'none'
}

/** When time alone changes something about it next; never for one that is final. */
export function nextDue(request: ApprovalRequest): number {
  if (!isOpen(request)) return Number.POSITIVE_INFINITY
  if (request.state === 'granted') return request.expiresAt
  const escalations = request.demands
    .filter(({ approval }) => !request.escalated.includes(approval.name))
    .map(({ approval }) => escalatesAt(approval, request.requestedAt))
  return Math.min(request.expiresAt, ...escalations)
}
