import { SAYING_BYTES, SAYINGS_PER_SECOND_LIMIT } from './options.ts'

const SECOND_MS = 1_000

/** Counts what a server says unasked: one that floods is read no faster than it may speak. */
export class FlowMeter {
  #since = 0
  #sayings = 0

  /** Counts a message. How long to read nothing more, in milliseconds; 0 for not at all. */
  count(bytes: number, now = performance.now()): number {
    if (now - this.#since >= SECOND_MS) {
      this.#since = now
      this.#sayings = 0
    }
    this.#sayings += Math.max(1, bytes / SAYING_BYTES)
    return this.#sayings > SAYINGS_PER_SECOND_LIMIT ? this.#since + SECOND_MS - now : 0
  }
}
