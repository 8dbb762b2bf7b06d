import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { JsonObject } from '../../kernel/json/value.ts'
import { eventReader, type ServerEvent } from './event-reader.ts'
import { type Grown, HeldBytes } from './held-bytes.ts'
import { MESSAGE_LIMIT_BYTES } from './options.ts'
import { readServerMessage } from './server-message.ts'

/** What an answer's body holds, by its status and content type. */
export type Body = 'message' | 'events' | 'nothing'

export interface AnswerHead {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Body
}

/** How an exchange ended. A request that was not `sent` was certainly not carried out. */
export type End =
  | { readonly kind: 'whole'; readonly head: AnswerHead }
  | {
      readonly kind: 'broken'
      readonly sent: boolean
      readonly error: Error
      readonly head: AnswerHead
    }

export interface ExchangeEvents {
  /** What a refusal holds is received too, where it is a message. */
  readonly readsErrors?: boolean
  begun?(head: AnswerHead): void
  /** A message of the server: all that the answer holds, or an event of the stream that it is. */
  received?(message: JsonObject, bytes: number): void
  /** How many bytes of a message are there by now. What it throws breaks the exchange off. */
  readonly grown?: Grown | undefined
  /** An event of another type than `message`. Without this, every event is a message. */
  typed?(type: string, data: Buffer): void
  /** Called once. */
  ended(end: End): void
}

/** One HTTP request and its answer, read as JSON-RPC messages while it comes. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #events: ExchangeEvents
  #controller: Dispatcher.DispatchController | undefined
  #aborted: Error | undefined
  #head: AnswerHead = { status: 0, headers: {}, body: 'nothing' }
  #read: (chunk: Buffer) => void = ignore
  #finish: () => void = ignore
  #over = false
  #lastEventId: string | undefined
  #retryMs: number | undefined

  constructor(events: ExchangeEvents) {
    this.#events = events
  }

  /** The id of the last event, where events have any: the stream can be resumed after it. */
  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** How long the server wants us to wait before that, in milliseconds. */
  get retryMs(): number | undefined {
    return this.#retryMs
  }

  /** Reads nothing for a while. */
  rest(waitMs: number): void {
    const controller = this.#controller
    if (controller === undefined || controller.paused) return
    controller.pause()
    setTimeout(() => controller.resume(), waitMs)
  }

  /** Ends it at once, unless it is over. A request that still waits for a connection isn't sent. */
  abort(error: Error): void {
    this.#aborted = error
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#aborted !== undefined) controller.abort(this.#aborted)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    const body = this.#bodyOf(status, headers)
    this.#head = { status, headers, body }
    if (body === 'message') this.#readMessage()
    else if (body === 'events') this.#readEvents()
    this.#events.begun?.(this.#head)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#read(chunk)
  }

  onResponseEnd(): void {
    this.#finish()
    this.#end({ kind: 'whole', head: this.#head })
  }

  onResponseError(_controller: unknown, error: Error): void {
    const sent = this.#controller !== undefined
    this.#end({ kind: 'broken', sent, error, head: this.#head })
  }

  #bodyOf(status: number, headers: IncomingHttpHeaders): Body {
    if (status < 300) return bodyOf(headers)
    const readable = status >= 400 && this.#events.readsErrors === true
    return readable && bodyOf(headers) === 'message' ? 'message' : 'nothing'
  }

  #readMessage(): void {
    const held = new HeldBytes(MESSAGE_LIMIT_BYTES, this.#events.grown)
    this.#read = (chunk) => held.add(chunk)
    this.#finish = () => this.#receive(held.take())
  }

  #readEvents(): void {
    const { typed, grown } = this.#events
    const onEvent = ({ type, id, retryMs, data }: ServerEvent) => {
      this.#lastEventId = id
      this.#retryMs = retryMs
      if (data.length === 0) return
      if (typed === undefined || type === 'message') this.#receive(data)
      else typed(type, data)
    }
    this.#read = eventReader({ limitBytes: MESSAGE_LIMIT_BYTES, grown, onEvent })
  }

  #receive(bytes: Buffer): void {
    this.#events.received?.(readServerMessage(bytes), bytes.length)
  }

  #end(end: End): void {
    if (this.#over) return
    this.#over = true
    this.#events.ended(end)
  }
}

function bodyOf(headers: IncomingHttpHeaders): Body {
  const type = String(headers['content-type']).toLowerCase()
  if (type.startsWith('application/json')) return 'message'
  return type.startsWith('text/event-stream') ? 'events' : 'nothing'
}

function ignore(): void {
  // The bytes of an answer that holds no message.
}
