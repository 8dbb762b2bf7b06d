import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerStream } from '../../../pipeline/ports.ts'
import type { Answer } from '../answer.ts'
import {
  EVENT_STREAM_HEADERS,
  type EventStream,
  eventOf,
  lastOf,
  openingOf,
  writeBounded,
} from '../event-stream.ts'
import type { DoorLimits } from '../limits.ts'
import { accepts } from '../request-headers.ts'
import type { LoggedStream } from './logged-stream.ts'

export type ReplyLimits = Pick<
  DoorLimits,
  'streamBufferBytes' | 'streamKeepAliveMs' | 'streamRetryMs'
>

/** Where the messages of an answer are kept, for a client that loses the connection. */
export interface ReplyLogs {
  reply(): LoggedStream
  forget(reply: LoggedStream): void
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Does the client take an event without data, to come back with? */
  readonly takesGreeting: boolean
}

/**
 * The answer to one posted request. It is plain JSON, unless its server answers with a stream or
 * something has to be told before it is complete: from then on it is a stream of server-sent
 * events, of which it is the last.
 */
export class ReplyStream {
  readonly #response: ServerResponse
  readonly #takesStream: boolean
  readonly #takesGreeting: boolean
  readonly #logs: ReplyLogs
  readonly #limits: ReplyLimits
  #log: LoggedStream | undefined
  #keepAlive: NodeJS.Timeout | undefined
  #over = false

  constructor(
    { request, response, takesGreeting }: Exchange,
    logs: ReplyLogs,
    limits: ReplyLimits,
  ) {
    this.#response = response
    this.#takesStream = accepts(request.headers, 'text/event-stream')
    this.#takesGreeting = takesGreeting
    this.#logs = logs
    this.#limits = limits
  }

  /** Tells a message, as JSON text. `false` where the client takes no stream as an answer. */
  send(message: string): boolean {
    if (!this.#takesStream) return false
    if (!this.#over) this.#opened().send(message)
    return true
  }

  /** Its server answers with a stream, or has left that for its client to come back. */
  streamed(stream: AnswerStream): void {
    if (!this.#takesStream || this.#over) return
    if (stream !== 'left') this.#opened()
    // Only who was told an id before anything else can come back.
    else if (this.#takesGreeting) this.#log?.hangUp()
  }

  /** A sign of life. */
  comment(): void {
    if (!this.#takesStream || this.#over) return
    this.#opened()
    writeBounded(this.#response, ':\n\n', this.#limits)
  }

  /** The same answer, as the last event where the response is a stream by now. */
  answer(answer: Answer): Answer {
    const log = this.#log
    if (log === undefined || !('status' in answer)) return answer
    this.stop()
    return { stream: () => log.finish(answer.body) }
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#over = true
    clearInterval(this.#keepAlive)
  }

  #opened(): LoggedStream {
    if (this.#log !== undefined) return this.#log
    const log = this.#logs.reply()
    this.#log = log
    const response = this.#response
    if (response.destroyed) return log
    const { streamRetryMs: retryMs, streamKeepAliveMs } = this.#limits
    const greeting = this.#takesGreeting ? { id: log.lastId, retryMs } : undefined
    response.writeHead(200, EVENT_STREAM_HEADERS)
    response.write(openingOf(greeting))
    const out: EventStream = {
      send: (text, id) => writeBounded(response, eventOf(text, id), this.#limits),
      end: () => void response.end(),
      finish: (text, id) => void response.end(lastOf(text, id)),
    }
    log.attach(out)
    this.#keepAlive = setInterval(() => this.comment(), streamKeepAliveMs)
    response.once('close', () => {
      clearInterval(this.#keepAlive)
      log.detach(out)
      // Who has not taken all of it may come back for the rest.
      if (log.isFinished && response.writableFinished) this.#logs.forget(log)
    })
    return log
  }
}
