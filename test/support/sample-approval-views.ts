import type { ApprovalDetail, ApprovalSummary } from '../../src/contract/approvals.ts'

/** A held action as the admin API tells of it. */
export const SUMMARY: ApprovalSummary = {
  id: '0199a5e2-7c00',
  state: 'pending',
  agent: 'sales',
  operation: 'bank.transfer',
  resource: 'bank.transfer',
  requested: '2026-09-21T14:13:20.000Z',
  expires: '2026-09-21T14:28:20.000Z',
  approvals: [
    {
      ...{ name: 'four_eyes', approver: 'role supervisor', quorum: 2, given: 1 },
      notRequester: true,
      escalation: { approver: 'role director', at: '2026-09-21T14:18:20.000Z', escalated: true },
    },
  ],
}

export const DETAIL: ApprovalDetail = {
  ...SUMMARY,
  arguments: '{"to":"[redacted:iban]","amount":100}',
  cut: false,
  digest: `hmac-sha256:${'ab'.repeat(32)}`,
  bytes: 37,
  binding: `hmac-sha256:${'cd'.repeat(32)}`,
  version: `sha256:${'ef'.repeat(32)}`,
  rules: [
    {
      ...{ approval: 'four_eyes', policy: 'bank', file: 'policies/bank.policy' },
      ...{ line: 4, column: 12, text: '  require: four_eyes for bank.transfer' },
      says: 'Money leaves the house with four eyes.',
    },
  ],
  votes: [
    {
      ...{ approver: 'ada', verdict: 'approve', at: '2026-09-21T14:14:00.000Z' },
      reason: 'as agreed\u001b[2J',
    },
  ],
  mayVote: ['bob', 'dora'],
}
