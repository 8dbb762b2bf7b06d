import type { Alarm } from '../../pipeline/ports.ts'

/** Rest between two reports, in milliseconds: whoever knocks often fills no ledger. */
export const REPORT_REST_MS = 10_000

/** Reports the first stranger at once, and those that follow in sums. */
export class StrangerReports {
  readonly #send: (count: number) => void
  readonly #alarm: Alarm
  #count = 0
  #resting = false

  constructor(send: (count: number) => void, alarm: Alarm) {
    this.#send = send
    this.#alarm = alarm
  }

  note(): void {
    this.#count += 1
    if (!this.#resting) this.flush()
  }

  /** Reports what was only counted. */
  flush(): void {
    this.#resting = this.#count > 0
    if (!this.#resting) return
    this.#send(this.#count)
    this.#count = 0
    this.#alarm.after(REPORT_REST_MS, () => this.flush())
  }
}
