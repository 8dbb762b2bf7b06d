import { codeOf } from '../../kernel/errors.ts'
import { type KeyRecord, keyIdOf } from '../../kernel/trust/key-record.ts'
import type { Alarm, Clock, Log } from '../../pipeline/ports.ts'
import type { KeyDesk } from './key-desk.ts'

/** How often the schedule is looked at, at the least, in milliseconds. */
export const SCHEDULE_TICK_MS = 60 * 60 * 1000

export interface KeyScheduleOptions {
  readonly desk: KeyDesk
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
  /** How old a key may become before another takes over; never on schedule without it. */
  readonly rotateEveryMs?: number | undefined
  readonly overlapMs: number
}

/**
 * Rotates and retires keys when it is time, at once where that time passed while nothing ran.
 * Between two looks time is counted by a clock that never goes back: setting the machine's clock
 * while the runtime runs neither hurries a rotation nor holds it up.
 */
export class KeySchedule {
  readonly #options: KeyScheduleOptions
  /** When the active key was made, on the clock that never goes back. */
  #madeAt: { readonly vkey: string; readonly elapsed: number } | undefined
  #cancel: (() => void) | undefined
  #closed = false
  #look: Promise<void> = Promise.resolve()

  constructor(options: KeyScheduleOptions) {
    this.#options = options
  }

  /** Does what is due, then waits for what comes next. */
  start(): Promise<void> {
    this.#look = this.#tick()
    return this.#look
  }

  /** Resolves when nothing that was due is under way. */
  idle(): Promise<void> {
    return this.#look
  }

  /** Nothing is begun any more; resolves when what was begun is done. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    await this.#look
  }

  async #tick(): Promise<void> {
    const { alarm, desk, log } = this.#options
    try {
      await this.#act()
      await desk.trust.renew()
    } catch (error) {
      log.error('keys.schedule_failed', { code: codeOf(error) })
    }
    if (this.#closed) return
    this.#cancel = alarm.after(this.#wait(), () => {
      this.#look = this.#tick()
    })
  }

  async #act(): Promise<void> {
    const { desk, log } = this.#options
    const { active, retiring } = this.#keys()
    if (active === undefined || !desk.trust.lists(active.vkey)) return
    const age = this.#age(active)
    if (retiring !== undefined) {
      if (age < this.#options.overlapMs) return
      await desk.retire({ now: true })
      log.info('keys.retired', { key: keyIdOf(retiring) })
    } else if (age >= this.#every) {
      await desk.rotate()
      log.info('keys.rotated', { key: keyIdOf(active) })
    }
  }

  /** Until the next thing is due, an hour at the most. */
  #wait(): number {
    const { active, retiring } = this.#keys()
    if (active === undefined) return SCHEDULE_TICK_MS
    const due = retiring === undefined ? this.#every : this.#options.overlapMs
    const left = due - this.#age(active)
    return left <= 0 ? SCHEDULE_TICK_MS : Math.min(left, SCHEDULE_TICK_MS)
  }

  get #every(): number {
    return this.#options.rotateEveryMs ?? Number.POSITIVE_INFINITY
  }

  /** The age of a key in milliseconds; what its date says is believed once, and never below 0. */
  #age({ vkey, notBefore }: KeyRecord): number {
    const { clock } = this.#options
    if (this.#madeAt?.vkey !== vkey) {
      const age = Math.max(0, clock.now() - Date.parse(notBefore))
      this.#madeAt = { vkey, elapsed: clock.elapsed() - age }
    }
    return clock.elapsed() - this.#madeAt.elapsed
  }

  #keys(): { readonly active?: KeyRecord | undefined; readonly retiring?: KeyRecord | undefined } {
    const { keys } = this.#options.desk
    const own = keys.filter(({ purpose }) => purpose === 'checkpoint')
    const of = (state: KeyRecord['state']) => own.find((key) => key.state === state)
    return { active: of('active'), retiring: of('retiring') }
  }
}
