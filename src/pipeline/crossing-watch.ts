import { codeOf } from '../kernel/errors.ts'
import { BY_RUNTIME, type EventBy, eventDraft } from '../kernel/receipt/event-draft.ts'
import type { Alarm, Clock, Crossings, Ids, Ledger, Log } from './ports.ts'

/** Alerts of one tenant in a window that have receipts of their own; the others are summed up. */
export const CROSSINGS_RECORDED = 30
/** A window, in milliseconds. */
export const CROSSING_WINDOW_MS = 60_000

export interface CrossingWatchOptions {
  /** The log of the tenant whose people, agents or programs did it. */
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly alarm: Alarm
  readonly log: Log
}

/**
 * Raises an alert for each id of another tenant that is presented. The answer never waits for it:
 * who asks hears exactly what one hears of an id that nobody has, and as soon.
 */
export class CrossingWatch implements Crossings {
  readonly #options: CrossingWatchOptions
  #noted = 0
  #stopAlarm: (() => void) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: CrossingWatchOptions) {
    this.#options = options
  }

  note(what: string, by: EventBy): void {
    this.#noted += 1
    this.#stopAlarm ??= this.#options.alarm.after(CROSSING_WINDOW_MS, () => this.#endWindow())
    if (this.#noted > CROSSINGS_RECORDED) return
    this.#raise({ detail: `${what} of another tenant`, count: 1 }, by)
  }

  async close(): Promise<void> {
    this.#endWindow()
    await this.#last
  }

  #endWindow(): void {
    this.#stopAlarm?.()
    this.#stopAlarm = undefined
    const more = this.#noted - CROSSINGS_RECORDED
    this.#noted = 0
    if (more > 0) this.#raise({ detail: 'summed up', count: more }, BY_RUNTIME)
  }

  #raise(told: { readonly detail: string; readonly count: number }, by: EventBy): void {
    const { ledger, ids, clock, log } = this.#options
    const event = { name: 'tenant.crossed', ...told } as const
    const draft = eventDraft(event, { id: ids.next(), ts: clock.now(), by })
    const raised = ledger.append(draft).catch((error) => {
      log.error('alert.unrecorded', { alert: event.name, count: told.count, cause: codeOf(error) })
    })
    this.#last = Promise.all([this.#last, raised])
  }
}
