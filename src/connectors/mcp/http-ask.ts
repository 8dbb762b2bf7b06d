import type { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AnswerStream } from '../../pipeline/ports.ts'
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
  /** Is told that the answer comes as a stream, and that the server left it before the answer. */
  streamed?: ((stream: AnswerStream) => void) | undefined
  readonly grown?: ExchangeEvents['grown']
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
      begun: (head) => {
        if (head.body === 'events') this.#options.streamed?.('of session')
        begun?.(head)
      },
      grown: this.#options.grown,
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
    // MCP 2025-11-25, transports: so a server has its client poll. What merely broke, is not that.
    const isLeft = end.kind === 'whole' && end.head.body === 'events'
    const resumable = this.#lastEventId !== undefined && (isLeft || this.#resumes < RESUMES_LIMIT)
    if (!resumable || !(breaksOff(end) || this.#resumes > 0)) {
      this.#fail(failureOf(end, this.#options.session))
      return
    }
    if (isLeft) this.#options.streamed?.('left')
    this.#resumeSoon()
  }

  /** A server may have its client poll as long as the call may take, but not without a rest. */
  #resumeSoon(): void {
    const leastMs = this.#resumes++ < RESUMES_LIMIT ? 0 : RESUME_WAIT_MS
    const askedMs = Math.min(this.#exchange.retryMs ?? RESUME_WAIT_MS, RESUME_WAIT_LIMIT_MS)
    const waitMs = Math.max(askedMs, leastMs)
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
