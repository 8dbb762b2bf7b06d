import type { Approval, Approver } from './approval.ts'
import type { ApprovalRequest, Voter } from './approval-request.ts'

/** `role supervisor`: an approver in words. */
export function approverText({ by, name }: Approver): string {
  return `${by} ${name}`
}

export function isApprover(voter: Voter, { by, name }: Approver): boolean {
  switch (by) {
    case 'role':
      return voter.roles.includes(name)
    case 'team':
      return voter.team === name
    case 'principal':
      return voter.id === name
    default:
      // Policies are data by now: an approver of a kind that is not known is nobody.
      return false
  }
}

/** When those whom the approval escalates to may approve too; never without an escalation. */
export function escalatesAt({ escalation }: Approval, requestedAt: number): number {
  return escalation === undefined ? Number.POSITIVE_INFINITY : requestedAt + escalation.afterMs
}

/** Is the action asked in the voter's own name, or by an agent that acts for the voter? */
export function isRequester(voter: Voter, { requesters }: Pick<ApprovalRequest, 'requesters'>) {
  return requesters.some((id) => id === voter.id || voter.agents.includes(id))
}

/** Who is among the approvers at `now`, whether the request is their own or not. */
export function isAsked(voter: Voter, approval: Approval, at: { since: number; now: number }) {
  if (isApprover(voter, approval.approver)) return true
  const { escalation } = approval
  if (escalation === undefined || at.now < escalatesAt(approval, at.since)) return false
  return isApprover(voter, escalation.approver)
}

/** Names of the demanded approvals that the voter may vote for at `now`. */
export function mayVoteFor(voter: Voter, request: ApprovalRequest, now: number): string[] {
  const own = isRequester(voter, request)
  return request.demands
    .map(({ approval }) => approval)
    .filter((approval) => !(own && approval.notRequester))
    .filter((approval) => isAsked(voter, approval, { since: request.requestedAt, now }))
    .map(({ name }) => name)
}
