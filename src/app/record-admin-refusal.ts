import type { ErrorCode } from '../kernel/errors.ts'
import { BY_OPERATOR, eventDraft } from '../kernel/receipt/event-draft.ts'
import type { Ports } from '../pipeline/ports.ts'

/** Records what was asked through the admin socket and refused: `POST /v1/policies/push`. */
export async function recordAdminRefusal(
  code: ErrorCode,
  route: string,
  { ledger, refusals, ids, clock }: Pick<Ports, 'ledger' | 'refusals' | 'ids' | 'clock'>,
): Promise<void> {
  const { channel } = BY_OPERATOR
  if (!refusals.note({ code, channel, identity: undefined })) return
  const place = { id: ids.next(), ts: clock.now(), by: BY_OPERATOR }
  await ledger.append({ ...eventDraft({ name: 'admin.refused', detail: route }, place), code })
}
