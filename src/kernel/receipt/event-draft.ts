import type { ActorLink } from '../identity/principal.ts'
import { EVENTS } from './events.ts'
import type { ReceiptDraft, RecordedEvent } from './receipt.ts'

/** The run of the receipts about the runtime itself. */
export const RUNTIME_RUN = 'runtime'

/** Who did something, and over which connection. */
export interface EventBy {
  readonly actor: readonly ActorLink[]
  readonly channel: { readonly door: string; readonly peer: string }
}

/** What time, the disk and the runtime itself do. */
export const BY_RUNTIME: EventBy = {
  actor: [{ kind: 'service', id: 'portcullis', via: 'runtime' }],
  channel: { door: 'runtime', peer: 'local' },
}

/** Who could open the admin socket, which nobody but its owner can. */
export const BY_OPERATOR: EventBy = {
  actor: [{ kind: 'service', id: 'operator', via: 'admin-socket' }],
  channel: { door: 'admin', peer: 'local' },
}

/** Where a receipt stands: what its writer draws for it, and whose it is. */
export interface EventPlace {
  readonly id: string
  readonly ts: number
  readonly run?: string
  readonly by?: EventBy
}

/** The receipt of an event, of the kind that its name says. */
export function eventDraft(
  event: RecordedEvent,
  { id, ts, run = RUNTIME_RUN, by: { actor, channel } = BY_RUNTIME }: EventPlace,
): ReceiptDraft {
  return { id, ts, run, kind: EVENTS[event.name], actor, channel, event }
}
