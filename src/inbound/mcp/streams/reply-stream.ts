import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.ts'
import { EVENT_STREAM_HEADERS, eventOf, writeBounded } from '../event-stream.ts'
import type { DoorLimits } from '../limits.ts'
import { accepts } from '../request-headers.ts'
import type { LoggedStream } from './logged-stream.ts'

export type ReplyLimits = Pick<DoorLimits, 'streamBufferBytes' | 'streamKeepAliveMs'>

/** Where the messages of an answer are kept, for a client that loses the connection. */
export interface ReplyLogs {
  reply(): LoggedStream
  forget(reply: LoggedStream): void
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * The answer to one posted request. It is plain JSON, unless something has to be told before it is
 * complete: from then on it is a stream of server-sent events, of which it is the last.
 */
export class ReplyStream {
  readonly #response: ServerResponse
  readonly #takesStream: boolean
  readonly #logs: ReplyLogs
  readonly #limits: ReplyLimits
  #log: LoggedStream | undefined
  #keepAlive: NodeJS.Timeout | undefined
  #over = false

  constructor({ request, response }: Exchange, logs: ReplyLogs, limits: ReplyLimits) {
    this.#response = response
    this.#takesStream = accepts(request.headers, 'text/event-stream')
    this.#logs = logs
    this.#limits = limits
  }

  /** Tells a message, as JSON text. `false` where the client takes no stream as an answer. */
  send(message: string): boolean {
    if (!this.#takesStream) return false
    if (!this.#over) this.#opened().send(message)
    return true
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
    return {
      stream: (response) => {
        if (answer.body !== undefined) log.send(answer.body)
        log.finish()
        if (!response.destroyed) this.#logs.forget(log)
      },
    }
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
    response.writeHead(200, EVENT_STREAM_HEADERS)
    const out = {
      send: (text: string, id?: string) => writeBounded(response, eventOf(text, id), this.#limits),
      end: () => void response.end(),
      finish: () => void response.end(),
    }
    log.attach(out)
    response.once('close', () => log.detach(out))
    this.#keepAlive = setInterval(() => this.comment(), this.#limits.streamKeepAliveMs)
    return log
  }
}
