import type { ServerResponse } from 'node:http'
import { LOG_LEVELS } from '../../../kernel/mcp/log-level.ts'
import type { AnswerStream, HeldProgress, McpMessage } from '../../../pipeline/ports.ts'
import type { Answer } from '../answer.ts'
import { EVENT_STREAM_HEADERS, eventOf, writeBounded } from '../event-stream.ts'
import type { DoorLimits } from '../limits.ts'
import { accepts } from '../request-headers.ts'
import type { Visit } from '../visit.ts'
import type { Envelope } from './envelope.ts'

type StreamLimits = Pick<DoorLimits, 'heldProgressMs' | 'streamBufferBytes'>

/**
 * The response to one request. It becomes a stream of server-sent events with the first thing that
 * there is to say before the answer; no event has an id, since none can be sent again (MCP
 * 2026-07-28, streamable HTTP).
 */
export class LegStream {
  readonly #response: ServerResponse
  readonly #takesStream: boolean
  readonly #envelope: Envelope
  readonly #limits: StreamLimits
  readonly #started = performance.now()
  #held: HeldProgress | undefined
  #beat: NodeJS.Timeout | undefined
  #stopped = false
  /** The last progress that was told, and what a server's own is counted from. */
  #told = -1
  #base = 0

  constructor({ request, response }: Visit, envelope: Envelope, limits: StreamLimits) {
    this.#response = response
    this.#takesStream = accepts(request.headers, 'text/event-stream')
    this.#envelope = envelope
    this.#limits = limits
  }

  /** Passes on what a server says of this request, as far as its client wants to hear it. */
  tell({ method, params }: McpMessage): void {
    if (method === 'notifications/progress') this.#progress({ method, params })
    if (method === 'notifications/message' && this.#isWanted(params.level)) {
      this.#send({ method, params })
    }
  }

  /**
   * Its server answers with a stream, so that this is one. A server with sessions says everything
   * so, and decides nothing by it: an error of it may still have a status of its own here.
   */
  streamed(stream: AnswerStream): void {
    if (stream === 'alone' && !this.#response.headersSent) this.#write(':\n\n')
  }

  /** The call waits for approval: a sign of life every now and then, until there is an answer. */
  held(held: HeldProgress): void {
    this.#held = held
    this.#sign()
  }

  /** The same answer, as the last event where this is a stream by now. */
  answer(answer: Answer): Answer {
    this.stop()
    if (!this.#response.headersSent || !('body' in answer)) return answer
    return { stream: (response) => response.end(eventOf(answer.body ?? '')) }
  }

  /** Nothing more is said before the answer. */
  stop(): void {
    clearInterval(this.#beat)
    this.#stopped = true
  }

  #isWanted(level: unknown): boolean {
    const levels: readonly unknown[] = LOG_LEVELS
    const least = levels.indexOf(this.#envelope.logLevel)
    return least !== -1 && levels.indexOf(level) >= least
  }

  /** MCP, progress: the value increases, whoever told the one before. */
  #progress({ method, params }: McpMessage): void {
    const { progressToken } = this.#envelope
    const { progress, total } = params
    if (progressToken === undefined || typeof progress !== 'number') return
    const value = this.#base + progress
    if (value <= this.#told) return
    this.#told = value
    // It is held no more: from here on the server tells how far it is.
    this.#held = undefined
    const of = typeof total === 'number' ? { total: this.#base + total } : {}
    this.#send({ method, params: { ...params, progressToken, progress: value, ...of } })
  }

  #sign(): void {
    const { progressToken } = this.#envelope
    if (progressToken === undefined || this.#held === undefined) {
      this.#write(':\n\n')
      return
    }
    const seconds = (performance.now() - this.#started) / 1000
    this.#told = Math.max(this.#told + 0.001, seconds)
    this.#base = this.#told
    const { request, given, needed } = this.#held
    const message = `waits for approval ${request}: ${given} of ${needed}`
    const params = { progressToken, progress: this.#told, message }
    this.#send({ method: 'notifications/progress', params })
  }

  #send(notification: McpMessage): void {
    this.#write(eventOf(JSON.stringify({ jsonrpc: '2.0', ...notification })))
  }

  #write(text: string): void {
    const response = this.#response
    if (!this.#takesStream || this.#stopped || response.destroyed) return
    if (!response.headersSent) {
      response.writeHead(200, EVENT_STREAM_HEADERS)
      this.#beat = setInterval(() => this.#sign(), this.#limits.heldProgressMs)
    }
    writeBounded(response, text, this.#limits)
  }
}
