/** How a server is spoken to: without sessions, with them, or by the transport of 2024-11-05. */
export type Era = 'modern' | 'legacy' | 'sse'

/** How long it is remembered which era a server is of, in milliseconds. */
export const ERA_REMEMBERED_MS = 60 * 60 * 1000

/** Which era one server is of, as it was found out. It is shared by all links to that server. */
export class EraMemory {
  #era: Era | undefined
  #until = 0
  #wasModern = false
  #alsoLegacy: boolean | undefined

  /** `now` is of `performance.now()`. */
  known(now: number): Era | undefined {
    return now < this.#until ? this.#era : undefined
  }

  /** Keeps what was found; `true` when a server that had no sessions has them now. */
  found(era: Era, { now, certain }: { readonly now: number; readonly certain: boolean }): boolean {
    const downgraded = this.#wasModern && era !== 'modern'
    this.#wasModern = era === 'modern'
    this.#era = era
    this.#until = certain ? now + ERA_REMEMBERED_MS : 0
    return downgraded
  }

  /** Whether it also has sessions, for clients that need them; nothing where nobody tried. */
  get alsoLegacy(): boolean | undefined {
    return this.#alsoLegacy
  }

  set alsoLegacy(has: boolean) {
    this.#alsoLegacy = has
  }

  forget(): void {
    this.#until = 0
    this.#alsoLegacy = undefined
  }
}
