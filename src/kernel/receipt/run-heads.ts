/**
 * The leaf hash (base64) of the last receipt of each run, which the next one carries as `prev`.
 * Keeps the `limit` runs last used and looks up the others.
 */
export class RunHeads {
  readonly #heads = new Map<string, string>()
  readonly #limit: number
  readonly #lookUp: (run: string) => string | undefined

  constructor(limit: number, lookUp: (run: string) => string | undefined) {
    this.#limit = limit
    this.#lookUp = lookUp
  }

  /** The head of a run, or nothing for a run without receipts. */
  get(run: string): string | undefined {
    return this.#heads.get(run) ?? this.#lookUp(run)
  }

  set(run: string, leafHash: string): void {
    // A map keeps the order of insertion: the first key is the one longest unused.
    this.#heads.delete(run)
    this.#heads.set(run, leafHash)
    if (this.#heads.size <= this.#limit) return
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest)
      return
    }
  }
}
