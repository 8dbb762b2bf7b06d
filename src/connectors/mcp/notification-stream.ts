import type { JsonObject } from '../../kernel/json/value.ts'
import type { AnswerHead, ExchangeEvents, HttpExchange } from './http-exchange.ts'
import { RESUME_WAIT_LIMIT_MS, retryWaitMs, STEADY_MS } from './options.ts'

export interface NotificationStreamOptions {
  /** Sends the GET request, for all that came after an event where one is given. */
  connect(events: ExchangeEvents, lastEventId?: string): HttpExchange
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

  /** Begins anew, in place of one that is there already. Resolves when it is there, or fails. */
  start(): Promise<void> {
    this.stop(new Error('the session is another one'))
    this.#failures = 0
    return new Promise((resolve) => this.#connect({ tried: resolve }))
  }

  stop(error: Error): void {
    this.#generation++
    clearTimeout(this.#rest)
    this.#exchange?.abort(error)
  }

  #connect({ lastEventId, again = false, tried }: Attempt): void {
    const generation = this.#generation
    const current = () => generation === this.#generation
    const since = performance.now()
    let open = false
    const events: ExchangeEvents = {
      begun: (head: AnswerHead) => {
        open = head.body === 'events'
        tried?.()
        if (!open) return exchange.abort(NOT_OFFERED)
        // What came after the last event is sent again.
        if (again && lastEventId === undefined && current()) this.#options.resumed()
      },
      received: (message) => {
        if (current()) this.#options.received(message)
      },
      ended: () => {
        tried?.()
        if (!current()) return
        if (open) this.#again(exchange, { lastedMs: performance.now() - since, lastEventId })
        else if (again) this.#options.refused()
      },
    }
    const exchange = this.#options.connect(events, lastEventId)
    this.#exchange = exchange
  }

  #again(
    { lastEventId: last, retryMs = 0 }: HttpExchange,
    { lastedMs, lastEventId = last }: { lastedMs: number; lastEventId: string | undefined },
  ): void {
    if (lastedMs >= STEADY_MS) this.#failures = 0
    const waitMs = Math.max(retryWaitMs(this.#failures++), Math.min(retryMs, RESUME_WAIT_LIMIT_MS))
    const attempt = { lastEventId: last ?? lastEventId, again: true }
    this.#rest = setTimeout(() => this.#connect(attempt), waitMs)
  }
}

interface Attempt {
  readonly lastEventId?: string | undefined
  readonly again?: boolean
  readonly tried?: () => void
}
