import type { JsonObject } from '../../kernel/json/value.ts'
import type { AnswerHead, ExchangeEvents, HttpExchange } from './http-exchange.ts'
import { retryWaitMs, STEADY_MS } from './options.ts'

export interface NotificationStreamOptions {
  /** Sends the GET request. */
  connect(events: ExchangeEvents): HttpExchange
  received(message: JsonObject): void
  /** The stream is there again; what came in between was missed. */
  resumed(): void
  /** A server that had the stream refuses it now. */
  refused(): void
}

const NOT_OFFERED = new Error('the server has no stream of notifications')

/**
 * What a server says unasked, over a GET request that stays open (MCP 2025-11-25, transports). A
 * server may offer none, and may end one at any time.
 */
export class NotificationStream {
  readonly #options: NotificationStreamOptions
  #exchange: HttpExchange | undefined
  #rest: NodeJS.Timeout | undefined
  #generation = 0
  #failures = 0

  constructor(options: NotificationStreamOptions) {
    this.#options = options
  }

  /** Begins anew, in place of a stream that is there already. */
  start(): void {
    this.stop(new Error('the session is another one'))
    this.#failures = 0
    this.#connect(false)
  }

  stop(error: Error): void {
    this.#generation++
    clearTimeout(this.#rest)
    this.#exchange?.abort(error)
  }

  #connect(again: boolean): void {
    const generation = this.#generation
    const current = () => generation === this.#generation
    const since = performance.now()
    let open = false
    const exchange = this.#options.connect({
      begun: (head: AnswerHead) => {
        open = head.body === 'events'
        if (!open) return exchange.abort(NOT_OFFERED)
        if (again && current()) this.#options.resumed()
      },
      received: (message) => {
        if (current()) this.#options.received(message)
      },
      ended: () => {
        if (!current()) return
        if (open) this.#again(performance.now() - since)
        else if (again) this.#options.refused()
      },
    })
    this.#exchange = exchange
  }

  #again(lastedMs: number): void {
    if (lastedMs >= STEADY_MS) this.#failures = 0
    this.#rest = setTimeout(() => this.#connect(true), retryWaitMs(this.#failures++))
  }
}
