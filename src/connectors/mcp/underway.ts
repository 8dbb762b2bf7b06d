import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Gone } from '../../pipeline/ports.ts'
import { callCancelled } from './pending-requests.ts'

export interface UnderwayOptions {
  /** Without it, it may take for ever. */
  readonly waitMs?: number | undefined
  readonly cancelled?: Gone | undefined
}

/** One request that is under way. It ends once: by its answer, by a failure, or given up. */
export class Underway {
  readonly answer: Promise<JsonObject>
  readonly #resolve: (result: JsonObject) => void
  readonly #reject: (error: unknown) => void
  readonly #release: () => void
  #over = false

  /** `abandon` is called when it is given up, because it took too long or is wanted no more. */
  constructor({ waitMs, cancelled }: UnderwayOptions, abandon: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
    const giveUp = (error: Error) => {
      if (this.#over) return
      this.fail(error)
      abandon()
    }
    const late = () =>
      giveUp(new PortcullisError('UPSTREAM_TIMEOUT', `no answer within ${waitMs} ms`))
    const timer = waitMs === undefined ? undefined : setTimeout(late, waitMs)
    const unwanted = () => giveUp(callCancelled())
    cancelled?.addEventListener('abort', unwanted)
    this.#release = () => {
      clearTimeout(timer)
      cancelled?.removeEventListener('abort', unwanted)
    }
  }

  get over(): boolean {
    return this.#over
  }

  /** Ends it with what `read` makes of the answer, or with what that throws. */
  settle(read: () => JsonObject): void {
    if (!this.#end()) return
    try {
      this.#resolve(read())
    } catch (error) {
      this.#reject(error)
    }
  }

  fail(error: Error): void {
    if (this.#end()) this.#reject(error)
  }

  #end(): boolean {
    if (this.#over) return false
    this.#over = true
    this.#release()
    return true
  }
}
