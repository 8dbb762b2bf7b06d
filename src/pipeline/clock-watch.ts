import { eventDraft } from '../kernel/receipt/event-draft.ts'
import type { Ids, Ledger } from './ports.ts'

export interface ClockWatchOptions {
  readonly ids: Ids
  /** When the last receipt was written before, in milliseconds since the epoch. */
  readonly last?: number | undefined
}

/**
 * The ledger with an eye on the clock: a receipt that is dated before the one before it comes after
 * one that says how far the clock went back.
 */
export function watchClock(ledger: Ledger, { ids, last }: ClockWatchOptions): Ledger {
  let latest = last ?? Number.NEGATIVE_INFINITY
  return {
    async append(draft) {
      const before = latest
      latest = draft.ts
      if (draft.ts >= before) return ledger.append(draft)
      const back = before - draft.ts
      const event = { name: 'clock.jumped_back', detail: `by ${back} ms` } as const
      const jump = eventDraft(event, { id: ids.next(), ts: draft.ts })
      try {
        const told = ledger.append({ ...jump, clock: { back_ms: back } })
        const [place] = await Promise.all([ledger.append(draft), told])
        return place
      } catch (error) {
        // Nobody was told: the next receipt says it.
        latest = Math.max(latest, before)
        throw error
      }
    },
  }
}
