import { codeOf } from '../kernel/errors.ts'
import { type EventPlace, eventDraft } from '../kernel/receipt/event-draft.ts'
import type { RecordedEvent } from '../kernel/receipt/receipt.ts'
import type { Clock, Ids, Ledger, Log } from '../pipeline/ports.ts'

export interface EventPorts {
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

/**
 * Records an event, of the runtime itself unless `by` says whose it is. Resolves when it is durable
 * and rejects `LEDGER_*` when it can't be: what it is about must not happen then.
 */
export async function recordEvent(
  { ledger, clock, ids }: EventPorts,
  event: RecordedEvent,
  by?: EventPlace['by'],
): Promise<void> {
  await ledger.append(eventDraft(event, { id: ids.next(), ts: clock.now(), ...(by && { by }) }))
}

/** Records what has happened already, whatever comes of that. Never rejects. */
export async function recordHappened(
  ports: EventPorts,
  event: RecordedEvent,
  log: Log,
): Promise<void> {
  try {
    await recordEvent(ports, event)
  } catch (error) {
    log.error('event.unrecorded', { receipt: event.name, cause: codeOf(error) })
  }
}
