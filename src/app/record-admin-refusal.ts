import type { AdminRefusal } from '../inbound/admin/admin-routes.ts'
import { eventDraft } from '../kernel/receipt/event-draft.ts'
import type { Ports } from '../pipeline/ports.ts'

/** Records what was asked of the admin API and refused: `POST /v1/policies/push`. */
export async function recordAdminRefusal(
  { code, route, channel, identity }: AdminRefusal,
  { ledger, refusals, ids, clock }: Pick<Ports, 'ledger' | 'refusals' | 'ids' | 'clock'>,
): Promise<void> {
  if (!refusals.note({ code, channel, identity })) return
  const { door, peer } = channel
  const by = { actor: identity?.chain ?? [], channel: { door, peer } }
  const place = { id: ids.next(), ts: clock.now(), by }
  await ledger.append({ ...eventDraft({ name: 'admin.refused', detail: route }, place), code })
}
