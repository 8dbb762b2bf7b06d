import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const

const DemandedApproval = Type.Object(
  {
    name: Type.String({ description: 'The approval, as the policy declares it.' }),
    approver: Type.String({ description: 'Who may approve: `role supervisor`, `team legal`.' }),
    quorum: Type.Integer({ description: 'How many different approvers it takes.' }),
    given: Type.Integer({ description: 'How many have approved.' }),
    notRequester: Type.Boolean({ description: 'Whoever asks may not be among them.' }),
    escalation: Type.Optional(
      Type.Object(
        {
          approver: Type.String({ description: 'Who may approve too, from then on.' }),
          at: Type.String({ description: 'From when on, in ISO 8601.' }),
          escalated: Type.Boolean({ description: 'Whether that has come.' }),
        },
        closed,
      ),
    ),
  },
  closed,
)

const summary = {
  id: Type.String({ description: 'Id of the request for approval.' }),
  state: Type.Enum(['pending', 'granted', 'denied', 'expired', 'consumed', 'void']),
  agent: Type.String({ description: 'Who asks.' }),
  operation: Type.String({ description: '`slack.post_message`.' }),
  resource: Type.String({ description: 'What is acted on.' }),
  requested: Type.String({ description: 'When it was asked, in ISO 8601.' }),
  expires: Type.String({ description: 'Until when it can be approved and used, in ISO 8601.' }),
  approvals: Type.Array(DemandedApproval),
}

/** One held action in a list. */
export const ApprovalSummary = Type.Object(summary, closed)
export type ApprovalSummary = Static<typeof ApprovalSummary>

export const ApprovalList = Type.Object({ approvals: Type.Array(ApprovalSummary) }, closed)
export type ApprovalList = Static<typeof ApprovalList>

/** One held action with all that an approver may see. */
export const ApprovalDetail = Type.Object(
  {
    ...summary,
    arguments: Type.String({
      description: 'As JSON, after the redactions of the policy; empty once they are erased.',
    }),
    erased: Type.Optional(
      Type.Boolean({ description: 'Whom it is about was erased, and the arguments with them.' }),
    ),
    cut: Type.Boolean({ description: 'The arguments are longer than what is shown.' }),
    digest: Type.String({ description: 'Keyed digest of the whole arguments, as in receipts.' }),
    bytes: Type.Integer({ description: 'Size of their canonical JSON.' }),
    binding: Type.String({ description: 'Keyed digest of the exact action of this agent.' }),
    version: Type.String({ description: 'Digest of the policies that demand the approval.' }),
    rules: Type.Array(
      Type.Object(
        {
          approval: Type.String({ description: 'The approval that it demands.' }),
          policy: Type.String(),
          file: Type.String(),
          line: Type.Integer({ description: 'From 1.' }),
          column: Type.Integer({ description: 'From 1.' }),
          text: Type.String({ description: 'That line, as written.' }),
          says: Type.Optional(Type.String({ description: 'Its `@reason`.' })),
        },
        closed,
      ),
      { description: 'What demands the approvals.' },
    ),
    votes: Type.Array(
      Type.Object(
        {
          approver: Type.String(),
          verdict: Type.Enum(['approve', 'deny']),
          at: Type.String({ description: 'In ISO 8601.' }),
          reason: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    mayVote: Type.Array(Type.String(), {
      description: 'Declared approvers who may vote now and have not.',
    }),
  },
  closed,
)
export type ApprovalDetail = Static<typeof ApprovalDetail>

export const ApprovalQuery = Type.Object(
  {
    all: Type.Optional(
      Type.Enum(['true'], { description: 'Also those that are settled, the newest first.' }),
    ),
  },
  closed,
)
export type ApprovalQuery = Static<typeof ApprovalQuery>

export const ApprovalPath = Type.Object(
  { id: Type.String({ description: 'Id of the request for approval.', maxLength: 64 }) },
  closed,
)
export type ApprovalPath = Static<typeof ApprovalPath>

export const Ballot = Type.Object(
  {
    verdict: Type.Enum(['approve', 'deny']),
    reason: Type.Optional(
      Type.String({ description: 'Kept, and part of the receipt.', maxLength: 500 }),
    ),
  },
  closed,
)
export type Ballot = Static<typeof Ballot>

export const ApproverPath = Type.Object(
  { name: Type.String({ description: 'The approver, as declared.', maxLength: 64 }) },
  closed,
)
export type ApproverPath = Static<typeof ApproverPath>

export const ApproverTokenRequest = Type.Object(
  {
    ttlMs: Type.Optional(
      Type.Integer({
        description: 'Life in milliseconds; by default the `token_ttl` of the approver.',
        minimum: 1_000,
        maximum: 86_400_000,
      }),
    ),
  },
  closed,
)
export type ApproverTokenRequest = Static<typeof ApproverTokenRequest>

export const IssuedApproverToken = Type.Object(
  {
    token: Type.String({ description: 'The credential. Who holds it approves as the approver.' }),
    approver: Type.String(),
    expires: Type.String({ description: 'Until when it is good, in ISO 8601.' }),
  },
  closed,
)
export type IssuedApproverToken = Static<typeof IssuedApproverToken>

/** The part of the admin API that is about approvals. */
export const APPROVAL_ROUTES = {
  listApprovals: {
    method: 'GET',
    url: '/v1/approvals',
    action: {
      operation: 'admin.approvals.list',
      on: 'approval',
      changes: false,
      least: 'super_admin',
      approvers: true,
    },
    summary: 'Actions that wait for approval, or for the use of one.',
    query: ApprovalQuery,
    answer: ApprovalList,
  },
  showApproval: {
    method: 'GET',
    url: '/v1/approvals/:id',
    action: {
      operation: 'admin.approvals.show',
      on: 'approval',
      changes: false,
      least: 'super_admin',
      named: 'id',
      approvers: true,
    },
    summary: 'One of them, with all that an approver may see.',
    params: ApprovalPath,
    answer: ApprovalDetail,
  },
  voteApproval: {
    method: 'POST',
    url: '/v1/approvals/:id/votes',
    action: {
      operation: 'admin.approvals.vote',
      on: 'approval',
      changes: true,
      least: 'super_admin',
      named: 'id',
      approvers: true,
    },
    summary: 'Approves or denies, as the approver whose token the header `Authorization` bears.',
    params: ApprovalPath,
    body: Ballot,
    answer: ApprovalDetail,
    bearer: true,
  },
  issueApproverToken: {
    method: 'POST',
    url: '/v1/approvers/:name/tokens',
    action: {
      operation: 'admin.approvers.issue_token',
      on: 'approver',
      changes: true,
      least: 'super_admin',
      named: 'name',
      confidential: true,
    },
    summary: 'Issues a credential for an approver.',
    params: ApproverPath,
    body: ApproverTokenRequest,
    answer: IssuedApproverToken,
  },
} as const
