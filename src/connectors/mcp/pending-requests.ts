import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { REQUESTS_LIMIT } from './options.ts'
import { resultOf } from './server-message.ts'
import type { RequestOptions } from './transport.ts'

/** A request that has no answer yet. */
export interface UnderWay {
  readonly options: RequestOptions
  /** What the server asked meanwhile: all of it, and what is not answered yet. */
  asks: number
  openAsks: number
}

interface Waiting extends UnderWay {
  resolve(result: JsonObject): void
  reject(error: unknown): void
  timer: NodeJS.Timeout
  release(): void
}

export interface Opened {
  readonly id: number
  readonly answer: Promise<JsonObject>
}

/** Requests under way on one connection. Ids are never used again: answers can't be mixed up. */
export class PendingRequests {
  readonly #waiting = new Map<number, Waiting>()
  readonly #whenSettled: (() => void)[] = []
  #ids = 0

  /**
   * Registers a request; `givenUp` is told its id when there was no answer in time, or nobody wants
   * it any more.
   * @throws PortcullisError `UPSTREAM_BUSY`, `CALL_CANCELLED`.
   */
  open(options: RequestOptions, givenUp: (id: number) => void): Opened {
    if (this.#waiting.size >= REQUESTS_LIMIT) {
      const message = `${REQUESTS_LIMIT} requests are under way on one link`
      throw new PortcullisError('UPSTREAM_BUSY', message)
    }
    const { waitMs, cancelled } = options
    if (cancelled?.aborted) throw callCancelled()
    const id = ++this.#ids
    const giveUp = (error: PortcullisError) => {
      if (!this.#waiting.has(id)) return
      this.fail(id, error)
      givenUp(id)
    }
    const late = () => {
      const waiting = this.#waiting.get(id)
      // While it waits for us, it is not late.
      if (waiting !== undefined && waiting.openAsks > 0) waiting.timer = setTimeout(late, waitMs)
      else giveUp(new PortcullisError('UPSTREAM_TIMEOUT', `no answer within ${waitMs} ms`))
    }
    const abort = () => giveUp(callCancelled())
    cancelled?.addEventListener('abort', abort)
    const release = () => cancelled?.removeEventListener('abort', abort)
    const answer = new Promise<JsonObject>((resolve, reject) => {
      const timer = setTimeout(late, waitMs)
      const waiting = { resolve, reject, timer, release, options, asks: 0, openAsks: 0 }
      this.#waiting.set(id, waiting)
    })
    return { id, answer }
  }

  /** Settles the request that a message answers; `false` when nobody waits for it. `bytes` are of
   * a message that nobody has counted while it came. */
  settle(id: number, message: JsonObject, bytes = 0): boolean {
    const waiting = this.#take(id)
    if (waiting === undefined) return false
    try {
      waiting.options.grown?.(bytes)
      waiting.resolve(resultOf(message))
    } catch (error) {
      waiting.reject(error)
    }
    return true
  }

  /** A request that is still without an answer. */
  get(id: number): UnderWay | undefined {
    return this.#waiting.get(id)
  }

  /** The one request under way whose sender may be asked, if there is just one. */
  only(): UnderWay | undefined {
    let only: UnderWay | undefined
    for (const waiting of this.#waiting.values()) {
      if (waiting.options.asked === undefined) continue
      if (only !== undefined) return undefined
      only = waiting
    }
    return only
  }

  /** Fails a request, unless it is settled already. */
  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error)
  }

  failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, error)
  }

  /** Resolves when none is under way. */
  settled(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return undefined
    clearTimeout(waiting.timer)
    waiting.release()
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) for (const tell of this.#whenSettled.splice(0)) tell()
    return waiting
  }
}

export function callCancelled(): PortcullisError {
  return new PortcullisError('CALL_CANCELLED', 'the answer is wanted no more')
}
