import type { SQLOutputValue } from 'node:sqlite'
import type { ApprovalRequest, AskedAction } from '../../kernel/approvals/approval-request.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { SubjectSeal } from '../../pipeline/ports.ts'

type Row = Readonly<Record<string, SQLOutputValue>>

/** A request as it is kept: its arguments sealed, beside all the rest of it. */
interface Body extends Omit<ApprovalRequest, 'asked'> {
  readonly asked: Omit<AskedAction, 'args' | 'erased'>
}

/** All of a request but its arguments, as text. */
export function bodyText({ asked, ...request }: ApprovalRequest): string {
  const { args: _, erased: __, ...rest } = asked
  const body: Body = { ...request, asked: rest }
  return JSON.stringify(body)
}

/** The arguments as approvers are shown them: only what is sealed is ever on the disk. */
export function sealArguments({ id, asked }: ApprovalRequest, seal: SubjectSeal): Uint8Array {
  return seal.seal(asked.in.subject, ['approval', id], asked.args)
}

/** Written by this folder alone, in a file that only the runtime's user can write. */
export function requestOf({ body, sealed }: Row, seal: SubjectSeal): ApprovalRequest {
  const kept: Body = JSON.parse(String(body))
  if (!(sealed instanceof Uint8Array)) {
    throw new PortcullisError('PAYLOAD_INVALID', `\`${kept.id}\` has no sealed arguments`)
  }
  const args = seal.open(kept.asked.in.subject, ['approval', kept.id], sealed)
  const asked: AskedAction =
    args === undefined ? { ...kept.asked, args: '', erased: true } : { ...kept.asked, args }
  return { ...kept, asked }
}
