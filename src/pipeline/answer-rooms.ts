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
    return new Room(this, owner)
  }

  /** @throws PortcullisError `ANSWERS_LIMIT`. */
  take(owner: string, bytes: number): void {
    const own = (this.#owners.get(owner) ?? 0) + bytes
    const all = this.#bytes + bytes
    if (own > this.#limitBytes - all) {
      const said = `${bytes} bytes more, and ${all} of ${this.#limitBytes} would be taken`
      throw new PortcullisError('ANSWERS_LIMIT', said)
    }
    this.#owners.set(owner, own)
    this.#bytes = all
  }

  /** Gives back what was taken. */
  give(owner: string, bytes: number): void {
    const own = (this.#owners.get(owner) ?? 0) - bytes
    if (own > 0) this.#owners.set(owner, own)
    else this.#owners.delete(owner)
    this.#bytes -= bytes
  }
}

/** A class: one is made for every call. */
class Room implements TakenRoom {
  readonly #rooms: AnswerRooms
  readonly #owner: string
  bytes = 0

  constructor(rooms: AnswerRooms, owner: string) {
    this.#rooms = rooms
    this.#owner = owner
  }

  answer(): (bytes: number) => void {
    let counted = 0
    return (bytes) => {
      if (bytes <= SMALL_ANSWER_BYTES || bytes <= counted) return
      this.#rooms.take(this.#owner, bytes - counted)
      this.bytes += bytes - counted
      counted = bytes
    }
  }

  leave(): void {
    if (this.bytes > 0) this.#rooms.give(this.#owner, this.bytes)
    this.bytes = 0
  }
}
