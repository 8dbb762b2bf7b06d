import type { JsonObject } from '../../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../../pipeline/ports.ts'
import { FlowMeter } from '../flow-meter.ts'
import { INITIALIZED, initializeParams, negotiated, REVISIONS } from '../handshake.ts'
import { type End, HttpExchange } from '../http-exchange.ts'
import type { HttpPools, HttpReach } from '../http-pools.ts'
import { bareSession, failureOf, type Session, Unreached } from '../http-session.ts'
import { remainingMs } from '../list-tools.ts'
import { NOTES_LIMIT, NOTING_WAIT_MS } from '../options.ts'
import { PendingRequests } from '../pending-requests.ts'
import { withToken } from '../progress-token.ts'
import { cancellation, protocol, unavailable } from '../server-message.ts'
import type { RequestOptions, Transport, TransportEvents } from '../transport.ts'
import { Unasked } from '../unasked.ts'
import { messageEndpoint } from './message-endpoint.ts'

/** The revision that this transport is of; servers that kept it may speak a later one. */
const SSE_REVISIONS = [...REVISIONS, '2024-11-05']

const GIVEN_UP = new Error('the answer is wanted no more')
const STOPPED = unavailable('the connection is being closed')

/**
 * HTTP with server-sent events (MCP 2024-11-05): messages to the server are posted, all of its own
 * come on one stream. With the stream ends the session: it is then down, and opened anew.
 */
export class SseTransport implements Transport {
  readonly #url: string
  /** The server tells its sessions apart by the address of their messages. */
  readonly #session: Session
  readonly #pools: HttpPools
  readonly #events: TransportEvents
  readonly #pending = new PendingRequests()
  readonly #unasked: Unasked
  readonly #flow = new FlowMeter()
  readonly #posts = new Set<HttpExchange>()
  #stream: HttpExchange | undefined
  #endpoint = ''
  #notes = 0
  #gone = false

  constructor({ url, headers, pools }: HttpReach, events: TransportEvents) {
    this.#url = url
    this.#session = bareSession(headers)
    this.#pools = pools
    this.#events = events
    const send = (answer: JsonObject) => this.#note(answer)
    this.#unasked = new Unasked({ pending: this.#pending, events, send })
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    const deadline = performance.now() + waitMs
    this.#unasked.declare(about.capabilities)
    await this.#connect(waitMs)
    const opening = { method: 'initialize', params: initializeParams(about) }
    const chosen = await this.request(opening, { waitMs: remainingMs(deadline) })
    negotiated(chosen, SSE_REVISIONS)
    this.#note(INITIALIZED)
    return chosen
  }

  async request({ method, params }: McpMessage, options: RequestOptions): Promise<JsonObject> {
    if (this.#gone) throw STOPPED
    const { id, answer } = this.#pending.open(options, () => {
      post.abort(GIVEN_UP)
      // MCP 2025-11-25, cancellation: `initialize` must not be cancelled.
      if (method !== 'initialize') this.#note(cancellation(id))
    })
    const asked = options.progress ? withToken(params, id) : params
    const post = this.#post({ jsonrpc: '2.0', id, method, params: asked }, (end) => {
      // The answer comes on the stream.
      if (end.kind === 'whole' && end.head.status < 300) return
      const failure = failureOf(end, this.#session)
      this.#pending.fail(id, failure)
      if (failure instanceof Unreached) this.#lost(failure)
    })
    return await answer
  }

  async listen(): Promise<void> {
    // Everything comes on the one stream.
  }

  notify({ method, params }: McpMessage): void {
    this.#note({ jsonrpc: '2.0', method, params })
  }

  async retire(): Promise<void> {
    await this.#pending.settled()
    await this.close()
  }

  async close(): Promise<void> {
    this.#end(STOPPED)
  }

  /** Resolves once the server has said where its messages go. */
  #connect(waitMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stream = new HttpExchange({
      begun: ({ body, status }) => {
        const isRefused = status >= 300
        if (body !== 'events' && !isRefused) stream.abort(protocol('it has no stream of events'))
      },
      typed: (type, data) => {
        if (type !== 'endpoint') return
        this.#take(messageEndpoint(this.#url, data.toString('utf8').trim()))
        resolve()
      },
      received: (message, bytes) => this.#receive(message, bytes),
      ended: (end) => {
        clearTimeout(late)
        const failure = failureOf(end, this.#session)
        reject(failure)
        this.#lost(failure)
      },
    })
    const late = setTimeout(() => stream.abort(unavailable('it opened no stream')), waitMs)
    const { pathname, search } = new URL(this.#url)
    const headers = { ...this.#session.headers, accept: 'text/event-stream' }
    this.#pools.streams.dispatch({ path: `${pathname}${search}`, method: 'GET', headers }, stream)
    this.#stream = stream
    return promise.then(() => clearTimeout(late))
  }

  #take(endpoint: string): void {
    if (this.#endpoint !== '' && this.#endpoint !== endpoint) {
      throw protocol('the server moved within a session')
    }
    this.#endpoint = endpoint
  }

  #receive(message: JsonObject, bytes: number): void {
    const { id, method } = message
    if (typeof method !== 'string') {
      if (typeof id === 'number') this.#pending.settle(id, message, bytes)
      return
    }
    this.#unasked.take(message)
    const restMs = this.#flow.count(bytes)
    if (restMs > 0) this.#stream?.rest(restMs)
  }

  /** Sends what has no answer. */
  #note(message: JsonObject): void {
    if (this.#gone || this.#notes >= NOTES_LIMIT) return
    this.#notes++
    const post = this.#post(message, () => {
      clearTimeout(timer)
      this.#notes--
    })
    const timer = setTimeout(() => post.abort(GIVEN_UP), NOTING_WAIT_MS)
  }

  #post(message: JsonObject, ended: (end: End) => void): HttpExchange {
    const post = new HttpExchange({
      ended: (end) => {
        this.#posts.delete(post)
        ended(end)
      },
    })
    this.#posts.add(post)
    const { headers } = this.#session
    const body = JSON.stringify(message)
    this.#pools.calls.dispatch({ path: this.#endpoint, method: 'POST', headers, body }, post)
    return post
  }

  #lost(failure: Error): void {
    if (this.#gone) return
    this.#end(failure)
    this.#events.down(failure)
  }

  #end(reason: Error): void {
    this.#gone = true
    this.#pending.failAll(reason)
    for (const post of this.#posts) post.abort(reason)
    this.#stream?.abort(reason)
  }
}
