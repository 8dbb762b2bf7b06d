import { type Action, argsOf, operationOf, resourceOf } from '../../kernel/action.ts'
import { REFUSALS } from '../../kernel/approvals/advance.ts'
import {
  type ApprovalRequest,
  type AskedAction,
  allApprovers,
  type Binding,
} from '../../kernel/approvals/approval-request.ts'
import { codeOf, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { RecordedApproval } from '../../kernel/receipt/receipt.ts'
import { begin } from '../attempt.ts'
import type { HeldAction, Ports } from '../ports.ts'
import { type JudgedCall, judgeCall } from './judge.ts'
import { keepRequest } from './keep-request.ts'
import { obligedArgs } from './oblige.ts'
import { recordIntent, recordRefusal } from './record.ts'

/** Characters of the arguments that an approver is shown. */
export const ASKED_ARGS_LIMIT = 8_192
/** Names that one receipt lists of approvals, and of those who consented. */
export const RECORDED_NAMES_LIMIT = 32

/** A call and, where it took approvals, the request for them. With a `refusal` it is refused. */
export interface Approved extends JudgedCall {
  readonly approval?: RecordedApproval
  readonly refusal?: ErrorCode
}

/** An action that was held and not let go, with the receipt that says so. */
export interface Withheld {
  readonly withheld: ErrorCode
  readonly receipt: string | undefined
}

/** Does the policy let it through only with approvals? */
export function isHeld({ decision }: Pick<JudgedCall, 'decision'>): boolean {
  return decision.effect === 'require_approval'
}

/**
 * Holds the action until it is approved; then asks the policy in force once more, since it may deny
 * by now. An approval is spent before that: whatever comes of it, it never serves twice.
 */
export async function approve(judged: JudgedCall, ports: Ports): Promise<Approved | Withheld> {
  const { attempt, identity } = judged
  // Who waits is not calling: it counts against no rate until it goes on.
  judged.hand.end()
  const { onHeld, gone } = attempt.request
  const { found } = ports.payloads.subjectOf(attempt.request.action, identity)
  if (!found) return { ...judged, refusal: 'SUBJECT_UNKNOWN' }
  const action = heldAction(judged, ports)
  const request = await holdOrCode(action, ports)
  if (typeof request === 'string') return { ...judged, refusal: request }
  const approval = recordedApproval(request)
  if (request.state === 'denied') return { ...judged, approval, refusal: REFUSALS.denied }
  const held = { ...judged, approval, refusal: undefined, spend: [] }
  const intent = await recordIntent(attempt, held, ports)
  keepRequest(judged, intent, ports)

  const settled = await ports.approvals.settled(request.id, { gone, onProgress: onHeld })
  const code = gone?.aborted || settled.state === 'pending' ? REFUSALS.pending : codeAfter(settled)
  if (code !== undefined) {
    const { action, channel } = attempt.request
    const refusal = { code, action, channel, identity, approval: recordedApproval(settled) }
    return { withheld: code, receipt: (await recordRefusal(refusal, ports))?.id }
  }
  return askAgain(judged, settled, ports)
}

/** A refusal to hold it is a decision with a code: the receipt then still names the rule. */
async function holdOrCode(held: HeldAction, ports: Ports): Promise<ApprovalRequest | ErrorCode> {
  try {
    return await ports.approvals.hold(held)
  } catch (error) {
    return codeOf(error)
  }
}

function codeAfter({ state }: ApprovalRequest): ErrorCode | undefined {
  return state === 'granted' ? undefined : REFUSALS[state]
}

/** The wait may have been long: who asks, and what is permitted, is asked as of now. */
async function askAgain(
  { attempt: { request }, decision: first }: JudgedCall,
  granted: ApprovalRequest,
  ports: Ports,
): Promise<Approved> {
  const attempt = begin(request, ports)
  const identity = await ports.identities.verify(request.credential, attempt.now)
  const { version, approvals } = granted.binding
  const binding = {
    ...{ agent: identity.principal.id, version: ports.policies.current().version, approvals },
    action: actionDigest(request.action, identity, ports),
  }
  const { channel } = request
  const spent = await ports.approvals.consume(granted.id, { identity, channel, binding })
  const call = judgeCall(attempt, { identity, approved: approvals }, ports)
  const { decision } = call
  const judged = { ...call, approval: recordedApproval(spent) }
  // A decision of other policies is not the one that was consented to, nor is one that wants more.
  const same = call.under === version && decision.version === first.version
  const covers = same && !isHeld(call)
  return covers || decision.effect === 'deny' ? judged : { ...judged, refusal: 'APPROVAL_VOID' }
}

function heldAction(judged: JudgedCall, ports: Ports): HeldAction {
  const { attempt, identity, decision, under } = judged
  const { action, channel } = attempt.request
  const demands = decision.approvals
  if (demands.length === 0) {
    throw new PortcullisError('DECISION_FAILED', 'an approval is required, and none is named')
  }
  const binding: Binding = {
    agent: identity.principal.id,
    action: actionDigest(action, identity, ports),
    version: under,
    approvals: [...new Set(demands.map(({ approval }) => approval.name))].sort(),
  }
  return { identity, channel, binding, asked: askedAction(judged, ports), demands }
}

function actionDigest(action: Action, identity: Identity, ports: Ports): string {
  const { type, id } = resourceOf(action)
  const bound = {
    agent: identity.principal.id,
    operation: operationOf(action),
    resource: { type, id },
    args: argsOf(action),
  }
  return ports.digests.digest(bound, ports.payloads.subjectOf(action, identity).subject).digest
}

/** What approvers may see: what the policy takes out of the arguments, it keeps from them too. */
function askedAction({ attempt, identity, decision }: JudgedCall, ports: Ports): AskedAction {
  const { action } = attempt.request
  const { subject } = ports.payloads.subjectOf(action, identity)
  const text = JSON.stringify(obligedArgs(action, decision))
  return {
    operation: operationOf(action),
    resource: resourceOf(action),
    args: text.slice(0, ASKED_ARGS_LIMIT),
    cut: text.length > ASKED_ARGS_LIMIT,
    in: ports.digests.digest(argsOf(action), subject),
  }
}

/** A request for approval as receipts tell of it. */
export function recordedApproval(request: ApprovalRequest): RecordedApproval {
  const { id, binding, expiresAt } = request
  return {
    request: id,
    binding: binding.action,
    names: binding.approvals.slice(0, RECORDED_NAMES_LIMIT),
    by: allApprovers(request).slice(0, RECORDED_NAMES_LIMIT),
    expires: expiresAt,
  }
}
