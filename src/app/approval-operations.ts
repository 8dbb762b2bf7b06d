import type { ApprovalDetail, ApprovalSummary } from '../contract/approvals.ts'
import type { ApprovalOperations } from '../inbound/admin/approval-operations.ts'
import type { Approval } from '../kernel/approvals/approval.ts'
import { type ApprovalRequest, approversOf } from '../kernel/approvals/approval-request.ts'
import { approverText, escalatesAt, mayVoteFor } from '../kernel/approvals/may-vote.ts'
import { codeOf, PortcullisError } from '../kernel/errors.ts'
import { nearest } from '../kernel/text/nearest.ts'
import type { ApprovalDesk } from '../pipeline/approvals/desk.ts'
import type { Caller } from './admin/caller.ts'
import type { TenantConfig } from './config.ts'
import { recordEvent } from './record-event.ts'
import type { TenantParts } from './tenant/open-tenant.ts'

/** Requests that one list shows. */
export const APPROVAL_LIST_LIMIT = 500

/** What operators may see of approvals, and approvers may do. */
export function approvalOperations(
  parts: TenantParts,
  { by, identity }: Caller,
): ApprovalOperations {
  const { config, ports, approvals: desk, approverTokens: tokens, standing } = parts
  const { approvers } = config
  /** A person who administers votes as that person, and by no token of somebody else. */
  const voterOf = async (token: string | undefined) => {
    if (identity?.principal.kind !== 'human') {
      const credential = { kind: 'bearer', token: token ?? '' } as const
      const now = ports.clock.now()
      const voter = await tokens.verify(token, now)
      standing.check(await tokens.people.verify(credential, now))
      return voter
    }
    const { id } = identity.principal
    const declared = Object.hasOwn(approvers, id) ? approvers[id] : undefined
    if (declared !== undefined) return { id, ...declared }
    throw new PortcullisError('APPROVER_UNKNOWN', `no approver \`${id}\` is declared`)
  }
  const detail = (request: ApprovalRequest) => detailOf(request, config, ports.clock.now())
  const found = <T>(id: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw unknownWithHint(error, id, desk)
    }
  }
  return {
    listApprovals: ({ all }) => {
      const listed = all === undefined ? desk.open() : desk.newest(APPROVAL_LIST_LIMIT)
      return { approvals: listed.slice(0, APPROVAL_LIST_LIMIT).map(summaryOf) }
    },
    showApproval: (id) => detail(found(id, () => desk.get(id))),
    async voteApproval(id, { verdict, reason }, token) {
      const voter = await voterOf(token)
      found(id, () => desk.get(id))
      const ballot = { voter, verdict, ...(reason === undefined ? {} : { reason }) }
      return detail(await desk.vote(id, ballot))
    },
    async issueApproverToken(name, { ttlMs = approvers[name]?.tokenTtlMs ?? 0 }) {
      const now = ports.clock.now()
      const id = ports.ids.next()
      const token = await tokens.issue({ approver: name, id, now, ttlMs })
      const expires = new Date(now + ttlMs).toISOString()
      const detail = `${name} ${id} until ${expires}`
      await recordEvent(ports, { name: 'approver.token_issued', detail }, by)
      return { token, approver: name, expires }
    },
  }
}

/** An id that is not known is told with the known one that was probably meant. */
function unknownWithHint(error: unknown, id: string, desk: ApprovalDesk): unknown {
  if (codeOf(error) !== 'APPROVAL_UNKNOWN') return error
  const known = desk.newest(APPROVAL_LIST_LIMIT).map((request) => request.id)
  const started = known.filter((candidate) => id.length >= 4 && candidate.startsWith(id))
  const near = started.length === 1 ? started[0] : nearest(id, known)
  const hint = near === undefined ? '' : `: did you mean \`${near}\`?`
  const message = `there is no request for approval \`${id}\`${hint}`
  return new PortcullisError('APPROVAL_UNKNOWN', message, { cause: error })
}

function summaryOf(request: ApprovalRequest): ApprovalSummary {
  const { id, state, binding, asked, requestedAt, expiresAt, demands } = request
  return {
    ...{ id, state, agent: binding.agent, operation: asked.operation },
    resource: asked.resource.id,
    requested: iso(requestedAt),
    expires: iso(expiresAt),
    approvals: demands.map(({ approval }) => demandOf(approval, request)),
  }
}

function demandOf(approval: Approval, request: ApprovalRequest) {
  const { name, approver, quorum, notRequester, escalation } = approval
  const demand = { name, approver: approverText(approver), quorum, notRequester }
  const given = approversOf(request, name).length
  if (escalation === undefined) return { ...demand, given }
  const at = iso(escalatesAt(approval, request.requestedAt))
  const escalated = request.escalated.includes(name)
  return {
    ...demand,
    given,
    escalation: { approver: approverText(escalation.approver), at, escalated },
  }
}

function detailOf(
  request: ApprovalRequest,
  { approvers }: TenantConfig,
  now: number,
): ApprovalDetail {
  const { asked, binding, demands, votes, state } = request
  const voters = Object.entries(approvers).map(([id, voter]) => ({ id, ...voter }))
  const voted = votes.map(({ approver }) => approver)
  const mayVote = voters.filter(
    (voter) => !voted.includes(voter.id) && mayVoteFor(voter, request, now).length > 0,
  )
  return {
    ...summaryOf(request),
    ...{ arguments: asked.args, ...(asked.erased && { erased: true }) },
    ...{ cut: asked.cut, digest: asked.in.digest, bytes: asked.in.bytes },
    ...{ binding: binding.action, version: binding.version },
    rules: demands.map(({ approval, source: { policy, file, line, column, text, says } }) => ({
      ...{ approval: approval.name, policy, file, line, column, text },
      ...(says === undefined ? {} : { says }),
    })),
    votes: votes.map(({ approver, verdict, at, reason }) => ({
      ...{ approver, verdict, at: iso(at) },
      ...(reason === undefined ? {} : { reason }),
    })),
    mayVote: state === 'pending' ? mayVote.map(({ id }) => id) : [],
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
