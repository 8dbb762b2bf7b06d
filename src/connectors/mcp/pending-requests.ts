import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { resultOf } from './server-message.ts'

interface Waiting {
  resolve(result: JsonObject): void
  reject(error: unknown): void
  readonly timer: NodeJS.Timeout
}

/** Requests under way on one connection. Ids are never used again: answers can't be mixed up. */
export class PendingRequests {
  readonly #waiting = new Map<number, Waiting>()
  #ids = 0
  readonly #whenSettled: (() => void)[] = []

  /** Registers a request; `onTimeout` is told its id when no answer came within `waitMs`. */
  open(
    waitMs: number,
    onTimeout: (id: number) => void,
  ): { readonly id: number; readonly answer: Promise<JsonObject> } {
    const id = ++this.#ids
    const answer = new Promise<JsonObject>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.fail(id, new PortcullisError('UPSTREAM_TIMEOUT', `no answer within ${waitMs} ms`))
        onTimeout(id)
      }, waitMs)
      this.#waiting.set(id, { resolve, reject, timer })
    })
    return { id, answer }
  }

  /** Settles the request that a message answers; `false` when nobody waits for it. */
  settle(id: number, message: JsonObject): boolean {
    const waiting = this.#take(id)
    if (waiting === undefined) return false
    try {
      waiting.resolve(resultOf(message))
    } catch (error) {
      waiting.reject(error)
    }
    return true
  }

  /** Is this request still without an answer? */
  has(id: number): boolean {
    return this.#waiting.has(id)
  }

  /** Fails a request, unless it is settled already. */
  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error)
  }

  /** Resolves when none is under way. */
  settled(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, error)
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return undefined
    clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) for (const tell of this.#whenSettled.splice(0)) tell()
    return waiting
  }
}
