import type {
  ApprovalDetail,
  ApprovalList,
  ApprovalQuery,
  ApproverTokenRequest,
  Ballot,
  IssuedApproverToken,
} from '../../contract/approvals.ts'

/** What may be done about held actions. Each may throw a `PortcullisError`. */
export interface ApprovalOperations {
  listApprovals(query: ApprovalQuery): ApprovalList
  showApproval(id: string): ApprovalDetail
  /** `token` proves who votes: being able to open the socket does not. */
  voteApproval(id: string, ballot: Ballot, token: string | undefined): Promise<ApprovalDetail>
  issueApproverToken(name: string, request: ApproverTokenRequest): Promise<IssuedApproverToken>
}
