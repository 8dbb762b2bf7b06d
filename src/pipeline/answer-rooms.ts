import { PortcullisError } from '../kernel/errors.ts'
import type { Answers, TakenRoom } from './answer-ports.ts'

/**
 * Bytes of one answer that are not counted: how many so small answers there are at once, limits on
 * requests say. So most calls cost a comparison.
 */
export const SMALL_ANSWER_BYTES = 64 * 1024

/** Bytes of answers that are in memory at once, where the configuration says nothing else. */
export const DEFAULT_ANSWER_BYTES = 256 * 1024 * 1024

/**
 * How many bytes of answers all agents have in memory together: from their arrival until they have
 * left. An agent may have as much as is still free beside it. So a single one gets half of all,
 * and n of them an equal share each, with as much left for the next who comes: whoever is refused
 * has taken most, or the room is used up by many.
 */
export class AnswerRooms implements Answers {
  readonly #limitBytes: number
  readonly #owners = new Map<string, number>()
  #bytes = 0

  constructor(limitBytes: number = DEFAULT_ANSWER_BYTES) {
    this.#limitBytes = limitBytes
  }

  /** Bytes that all agents have taken. */
  get bytes(): number {
    return this.#bytes
  }

  enter(owner: string): TakenRoom {
    let taken = 0
    return {
      get bytes() {
        return taken
      },
      answer: () => {
        let counted = 0
        return (bytes) => {
          if (bytes <= SMALL_ANSWER_BYTES || bytes <= counted) return
          this.#take(owner, bytes - counted)
          taken += bytes - counted
          counted = bytes
        }
      },
      leave: () => {
        if (taken > 0) this.#give(owner, taken)
        taken = 0
      },
    }
  }

  #take(owner: string, bytes: number): void {
    const own = (this.#owners.get(owner) ?? 0) + bytes
    const all = this.#bytes + bytes
    if (own > this.#limitBytes - all) {
      const said = `${bytes} bytes more, and ${all} of ${this.#limitBytes} would be taken`
      throw new PortcullisError('ANSWERS_LIMIT', said)
    }
    this.#owners.set(owner, own)
    this.#bytes = all
  }

  #give(owner: string, bytes: number): void {
    const own = (this.#owners.get(owner) ?? 0) - bytes
    if (own > 0) this.#owners.set(owner, own)
    else this.#owners.delete(owner)
    this.#bytes -= bytes
  }
}
