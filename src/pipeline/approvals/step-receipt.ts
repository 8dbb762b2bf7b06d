import type { ApprovalStep } from '../../kernel/approvals/advance.ts'
import { type ApprovalRequest, progressOf } from '../../kernel/approvals/approval-request.ts'
import { approverText } from '../../kernel/approvals/may-vote.ts'
import { unreachable } from '../../kernel/errors.ts'
import { BY_RUNTIME, type EventBy, eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { recordedApproval } from '../steps/approve.ts'
import { clip } from '../steps/recorded-decision.ts'

/** Steps that time or new policies take. */
const OF_THE_RUNTIME: ReadonlySet<ApprovalStep> = new Set(['escalated', 'expired', 'void'])

/** One step of a request for approval, in the run of the one who asked. */
export function stepReceipt(
  request: ApprovalRequest,
  step: ApprovalStep,
  { id, ts, by }: { id: string; ts: number; by: EventBy },
): ReceiptDraft {
  const { operation, resource } = request.asked
  const event = { name: `approval.${step}`, detail: clip(detailOf(request, step)) } as const
  const whose = OF_THE_RUNTIME.has(step) ? BY_RUNTIME : by
  return {
    ...eventDraft(event, { id, ts, run: request.run, by: whose }),
    action: { operation, resource },
    in: request.asked.in,
    approval: recordedApproval(request),
  }
}

function detailOf(request: ApprovalRequest, step: ApprovalStep): string {
  const { given, needed } = progressOf(request)
  switch (step) {
    case 'requested':
      return request.demands
        .map(({ approval, source }) => {
          const { name, quorum, approver } = approval
          const place = `${source.file}:${source.line}`
          return `${name}: ${quorum} of ${approverText(approver)} (${place})`
        })
        .join(', ')
    case 'approved':
    case 'denied': {
      const reason = request.votes.at(-1)?.reason
      const count = step === 'approved' ? `${given} of ${needed}` : 'denied'
      return reason === undefined ? count : `${count}: ${reason}`
    }
    case 'granted':
      return `${given} of ${needed}, to be used once`
    case 'escalated':
      return request.demands
        .flatMap(({ approval: { name, escalation } }) =>
          escalation !== undefined && request.escalated.includes(name)
            ? [`${name} to ${approverText(escalation.approver)}`]
            : [],
        )
        .join(', ')
    case 'expired':
      return `${given} of ${needed} in time`
    case 'consumed':
      return `under ${request.binding.version}`
    case 'void':
      return request.asked.erased
        ? 'whom it is about was erased'
        : `asked under ${request.binding.version}, which is in force no more`
    default:
      return unreachable(step)
  }
}
