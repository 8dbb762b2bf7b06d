import type { Resource } from '../action.ts'
import type { DemandedApproval } from '../policy/decision.ts'
import type { SubjectPayload } from '../receipt/receipt.ts'

/**
 * What a consent is good for, and for nothing else: this action of this agent, under this version
 * of the policies, for the approvals that they demanded.
 */
export interface Binding {
  /** The principal that asks. */
  readonly agent: string
  /** Keyed digest over agent, operation, resource and arguments. */
  readonly action: string
  /** Digest of the policy set that demanded the approvals. */
  readonly version: string
  /** Names of the approvals, sorted. */
  readonly approvals: readonly string[]
}

/** What an approver is shown of the action. Never more than the policy lets out of the runtime. */
export interface AskedAction {
  readonly operation: string
  readonly resource: Resource
  /** Arguments as JSON text, after the redactions that the decision demands; empty once erased. */
  readonly args: string
  /** The text of the arguments was too long and is cut. */
  readonly cut: boolean
  /** Digest of the whole arguments, as in the receipts, and whom they are about. */
  readonly in: SubjectPayload
  /** That subject was erased: nobody can say any more what would be consented to. */
  readonly erased?: true
}

/** Somebody who may be asked for approval, as the configuration declares them. */
export interface Voter {
  readonly id: string
  readonly roles: readonly string[]
  readonly team?: string
  /** Agents that act for this person: what these ask, the person asks. */
  readonly agents: readonly string[]
}

export interface Vote {
  readonly approver: string
  readonly verdict: 'approve' | 'deny'
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The approvals that it counts for. */
  readonly approvals: readonly string[]
  readonly reason?: string
}

/**
 * `pending` and `granted` are open; the others are final. `void` is what can no longer be used
 * because the policies are others now, or because whom it is about was erased.
 */
export type ApprovalState = 'pending' | 'granted' | 'denied' | 'expired' | 'consumed' | 'void'

/** A held action and how far the consent to it has come. Times in milliseconds since the epoch. */
export interface ApprovalRequest {
  readonly id: string
  readonly state: ApprovalState
  readonly binding: Binding
  readonly asked: AskedAction
  /** Everybody in whose name it is asked: the ids of the whole actor chain. */
  readonly requesters: readonly string[]
  /** The run that the receipts of the request belong to. */
  readonly run: string
  readonly requestedAt: number
  /** From then on nothing is granted and nothing granted can be used. */
  readonly expiresAt: number
  readonly demands: readonly DemandedApproval[]
  readonly votes: readonly Vote[]
  /** Names of the approvals that were passed on to those whom they escalate to. */
  readonly escalated: readonly string[]
}

/** Can it still be granted or used? */
export function isOpen({ state }: Pick<ApprovalRequest, 'state'>): boolean {
  return state === 'pending' || state === 'granted'
}

export function sameBinding(one: Binding, other: Binding): boolean {
  return (
    one.agent === other.agent &&
    one.action === other.action &&
    one.version === other.version &&
    one.approvals.length === other.approvals.length &&
    one.approvals.every((name, at) => name === other.approvals[at])
  )
}

/** The different approvers who consented to one of the demanded approvals. */
export function approversOf({ votes }: Pick<ApprovalRequest, 'votes'>, name: string): string[] {
  const counted = votes.filter(
    ({ verdict, approvals }) => verdict === 'approve' && approvals.includes(name),
  )
  return [...new Set(counted.map(({ approver }) => approver))]
}

/** The different approvers who consented to any of them. */
export function allApprovers({ votes }: Pick<ApprovalRequest, 'votes'>): string[] {
  const approving = votes.filter(({ verdict }) => verdict === 'approve')
  return [...new Set(approving.map(({ approver }) => approver))]
}

/** The consents there are and the consents that it takes, over all demanded approvals. */
export function progressOf(request: ApprovalRequest): { given: number; needed: number } {
  let given = 0
  let needed = 0
  for (const { approval } of request.demands) {
    given += Math.min(approval.quorum, approversOf(request, approval.name).length)
    needed += approval.quorum
  }
  return { given, needed }
}
