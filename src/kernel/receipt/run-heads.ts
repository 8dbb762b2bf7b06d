/** Leaf hash (base64) of the last receipt of a run in a log, where there is one. */
export type LookUp = (log: number, run: string) => string | undefined

/** Leaf hashes by log and run. */
class Heads {
  readonly #logs = new Map<number, Map<string, string>>()
  count = 0

  get(log: number, run: string): string | undefined {
    return this.#logs.get(log)?.get(run)
  }

  set(log: number, run: string, leafHash: string): void {
    const runs = this.#logs.get(log) ?? new Map<string, string>()
    if (runs.size === 0) this.#logs.set(log, runs)
    this.count -= runs.size
    runs.set(run, leafHash)
    this.count += runs.size
  }
}

/**
 * The leaf hash (base64) of the last receipt of each run, which the next one carries as `prev`.
 * Keeps the `limit` runs last used, at most twice as many, and looks up the others: what is used
 * goes into one half, and once that is full the other is let go as a whole, at no cost.
 */
export class RunHeads {
  readonly #limit: number
  readonly #lookUp: LookUp
  #recent = new Heads()
  #older = new Heads()

  constructor(limit: number, lookUp: LookUp) {
    this.#limit = limit
    this.#lookUp = lookUp
  }

  /** The head of a run, or nothing for a run without receipts. */
  get(log: number, run: string): string | undefined {
    return this.#recent.get(log, run) ?? this.#older.get(log, run) ?? this.#lookUp(log, run)
  }

  set(log: number, run: string, leafHash: string): void {
    if (this.#recent.count >= this.#limit) {
      this.#older = this.#recent
      this.#recent = new Heads()
    }
    this.#recent.set(log, run, leafHash)
  }
}
