import type { Approval } from '../../src/kernel/approvals/approval.ts'
import type { ApprovalRequest, Voter } from '../../src/kernel/approvals/approval-request.ts'
import type { DemandedApproval, RuleRef } from '../../src/kernel/policy/decision.ts'

export const REQUESTED_AT = 1_700_000_000_000
export const TTL_MS = 900_000

/** One supervisor who is not the requester, within a quarter of an hour. */
export const SUPERVISOR: Approval = {
  name: 'supervisor_approval',
  approver: { by: 'role', name: 'supervisor' },
  quorum: 1,
  ttlMs: TTL_MS,
  notRequester: true,
}

/** Two supervisors, or directors after five minutes. */
export const TWO_SUPERVISORS: Approval = {
  ...SUPERVISOR,
  quorum: 2,
  escalation: { approver: { by: 'role', name: 'director' }, afterMs: 300_000 },
}

export const RULE: RuleRef = {
  policy: 'desk',
  rule: 'require',
  file: 'policies/desk.policy',
  line: 3,
  column: 12,
  text: '  require: supervisor_approval for desk.echo',
}

export function demanded(approval: Approval): DemandedApproval {
  return { approval, source: RULE }
}

export function voter(id: string, rest: Partial<Voter> = {}): Voter {
  return { id, roles: ['supervisor'], agents: [], ...rest }
}

/** A request of the agent `sales`, as nobody has voted on it yet. */
export function pendingRequest(
  approvals: readonly Approval[] = [SUPERVISOR],
  id = 'a1',
): ApprovalRequest {
  return {
    id,
    state: 'pending',
    binding: {
      agent: 'sales',
      action: 'hmac-sha256:aa',
      version: 'sha256:00',
      approvals: approvals.map(({ name }) => name).sort(),
    },
    asked: {
      operation: 'desk.echo',
      resource: { type: 'tool', id: 'desk.echo' },
      args: '{"message":"hi"}',
      cut: false,
      in: { digest: 'hmac-sha256:bb', bytes: 16, subject: 'ann' },
    },
    requesters: ['sales'],
    run: 's1',
    requestedAt: REQUESTED_AT,
    expiresAt: REQUESTED_AT + Math.min(...approvals.map(({ ttlMs }) => ttlMs)),
    demands: approvals.map(demanded),
    votes: [],
    escalated: [],
  }
}
