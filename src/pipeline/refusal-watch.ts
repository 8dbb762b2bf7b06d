import {
  type RefusalBounds,
  RefusalCounts,
  type RefusalTally,
  sourceText,
} from '../kernel/alerts/refusal-counts.ts'
import { codeOf } from '../kernel/errors.ts'
import { eventDraft } from '../kernel/receipt/event-draft.ts'
import type { EventName } from '../kernel/receipt/events.ts'
import type { Alarm, Clock, CountedRefusal, Ids, Ledger, Log, Refusals } from './ports.ts'
import { clip } from './steps/recorded-decision.ts'

/** Refusals are counted by windows of so many milliseconds, by a clock that never goes back. */
export const REFUSAL_WINDOW_MS = 60_000

export interface RefusalWatchOptions {
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly alarm: Alarm
  readonly log: Log
  readonly bounds?: Partial<RefusalBounds>
}

/**
 * Keeps refusals from filling the ledger: beyond a bound they are counted and recorded as one alert
 * when the window is over. Raises an alert, too, where one source is refused again and again.
 */
export class RefusalWatch implements Refusals {
  readonly #options: RefusalWatchOptions
  readonly #counts: RefusalCounts
  #stopAlarm: (() => void) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RefusalWatchOptions) {
    this.#options = options
    this.#counts = new RefusalCounts(options.bounds)
  }

  note({ code, channel: { door, peer }, identity }: CountedRefusal): boolean {
    const source = { actor: identity?.chain ?? [], channel: { door, peer } }
    const { recorded, alert } = this.#counts.note(source, code, this.#options.clock.now())
    this.#stopAlarm ??= this.#options.alarm.after(REFUSAL_WINDOW_MS, () => void this.#sum())
    if (alert !== undefined) this.#raise(alert)
    return recorded
  }

  /** Resolves when what was counted so far is recorded, or can't be. */
  async close(): Promise<void> {
    await this.#sum()
    await this.#last
  }

  /** Never rejects: what can't be recorded is counted with the next window. */
  async #sum(): Promise<void> {
    this.#stopAlarm?.()
    this.#stopAlarm = undefined
    const tallies = this.#counts.take()
    await Promise.all(tallies.map((tally) => this.#record('refusals.summed', tally)))
  }

  /** After the receipt of the refusal that made it enough, which is written in this very turn. */
  #raise(tally: RefusalTally): void {
    const raised = Promise.resolve().then(() => this.#record('refusals.repeated', tally))
    this.#last = Promise.all([this.#last, raised])
  }

  async #record(name: EventName, tally: RefusalTally): Promise<void> {
    const { ledger, ids, clock, log } = this.#options
    const { source, since, count, codes } = tally
    const detail = clip(sourceText(source))
    const place = { id: ids.next(), ts: clock.now(), by: source }
    try {
      await ledger.append(eventDraft({ name, detail, count, since, codes }, place))
    } catch (error) {
      log.error('alert.unrecorded', { alert: name, source: detail, count, cause: codeOf(error) })
      if (name === 'refusals.summed') this.#keep(tally)
    }
  }

  #keep(tally: RefusalTally): void {
    this.#counts.putBack(tally)
    this.#stopAlarm ??= this.#options.alarm.after(REFUSAL_WINDOW_MS, () => void this.#sum())
  }
}
