import type { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AnswerHead, End, ExchangeEvents, HttpExchange } from './http-exchange.ts'
import { breaksOff, failureOf, type Session } from './http-session.ts'
import {
  LINGERING_WAIT_MS,
  RESUME_WAIT_LIMIT_MS,
  RESUME_WAIT_MS,
  RESUMES_LIMIT,
} from './options.ts'
import { unavailable } from './server-message.ts'

const ENOUGH = new Error('the answer has been read')

export interface HttpAskOptions {
  readonly session: Session
  /** Sends the message, or where one is given asks for what came after an event. */
  send(events: ExchangeEvents, lastEventId?: string): HttpExchange
  /** Takes a message of the server. True when it was the answer. */
  received(message: JsonObject): boolean
  failed(error: PortcullisError): void
  begun?: ((head: AnswerHead) => void) | undefined
}

/**
 * One request over HTTP until its answer is there. A stream that ends before it is resumed from its
 * last event, where the server gave events names (MCP 2025-11-25, transports, resumability).
 */
export class HttpAsk {
  readonly #options: HttpAskOptions
  #exchange: HttpExchange
  #lingering: NodeJS.Timeout | undefined
  #rest: NodeJS.Timeout | undefined
  #over = false
  /** How often in a row it was resumed in vain. */
  #resumes = 0
  #lastEventId: string | undefined

  constructor(options: HttpAskOptions) {
    this.#options = options
    this.#exchange = options.send(this.#events(options.begun))
  }

  /** Ends it at once; nothing more of it is told. */
  abort(error: Error): void {
    this.#over = true
    clearTimeout(this.#rest)
    clearTimeout(this.#lingering)
    this.#exchange.abort(error)
  }

  #events(begun?: (head: AnswerHead) => void): ExchangeEvents {
    return {
      ...(begun === undefined ? {} : { begun }),
      received: (message) => this.#receive(message),
      ended: (end) => this.#ended(end),
    }
  }

  #receive(message: JsonObject): void {
    this.#resumes = 0
    if (!this.#options.received(message)) return
    this.#over = true
    this.#lingering ??= setTimeout(() => this.#exchange.abort(ENOUGH), LINGERING_WAIT_MS)
  }

  #ended(end: End): void {
    clearTimeout(this.#lingering)
    if (this.#over) return
    this.#lastEventId = this.#exchange.lastEventId ?? this.#lastEventId
    const resumable = this.#lastEventId !== undefined && this.#resumes < RESUMES_LIMIT
    if (resumable && (breaksOff(end) || this.#resumes > 0)) this.#resumeSoon()
    else this.#fail(failureOf(end, this.#options.session))
  }

  #resumeSoon(): void {
    this.#resumes++
    const waitMs = Math.min(this.#exchange.retryMs ?? RESUME_WAIT_MS, RESUME_WAIT_LIMIT_MS)
    this.#rest = setTimeout(() => this.#resume(), waitMs)
  }

  #resume(): void {
    const begun = ({ status, body }: AnswerHead) => {
      if (body === 'events' || status >= 500) return
      this.#fail(unavailable('its stream ended without the answer and could not be resumed'))
      this.#exchange.abort(ENOUGH)
    }
    this.#exchange = this.#options.send(this.#events(begun), this.#lastEventId)
  }

  #fail(error: PortcullisError): void {
    this.#over = true
    this.#options.failed(error)
  }
}
