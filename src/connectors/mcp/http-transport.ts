import { setTimeout as rest } from 'node:timers/promises'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../pipeline/ports.ts'
import { FlowMeter } from './flow-meter.ts'
import { ABOUT_RUNTIME, INITIALIZED, initializeParams, negotiated } from './handshake.ts'
import { HttpAsk } from './http-ask.ts'
import { type AnswerHead, type ExchangeEvents, HttpExchange } from './http-exchange.ts'
import type { HttpPools, HttpReach } from './http-pools.ts'
import {
  bareSession,
  begunSession,
  failureOf,
  SESSION_ID,
  type Session,
  SessionDoubtful,
  SessionLost,
  Unreached,
} from './http-session.ts'
import { NotificationStream } from './notification-stream.ts'
import { LISTENING_WAIT_MS, NOTES_LIMIT, NOTING_WAIT_MS, OPENING_WAIT_MS } from './options.ts'
import { PendingRequests } from './pending-requests.ts'
import { withToken } from './progress-token.ts'
import { cancellation, unavailable } from './server-message.ts'
import {
  type RequestOptions,
  TOOLS_CHANGED,
  type Transport,
  type TransportEvents,
} from './transport.ts'
import { Unasked } from './unasked.ts'

const LATE = new Error('the answer came too late')
const STOPPED = unavailable('the connection is being closed')

interface Sent {
  readonly session: Session
  readonly message?: JsonObject | undefined
  readonly lastEventId?: string | undefined
}

/** Streamable HTTP (MCP 2025-11-25), over connections that are kept. No redirect is followed. */
export class HttpTransport implements Transport {
  readonly #path: string
  readonly #pools: HttpPools
  readonly #exchanges = new Set<HttpExchange>()
  readonly #events: TransportEvents
  readonly #pending = new PendingRequests()
  readonly #unasked: Unasked
  readonly #flow = new FlowMeter()
  readonly #stream: NotificationStream
  /** Before `initialize`. */
  readonly #bare: Session
  #session: Session
  #about = ABOUT_RUNTIME
  #renewing: Promise<void> | undefined
  #listening: Promise<void> | undefined
  #doubting = false
  #gone = false
  #notes = 0

  constructor({ url, headers, pools }: HttpReach, events: TransportEvents) {
    const { pathname, search } = new URL(url)
    this.#path = `${pathname}${search}`
    this.#pools = pools
    this.#bare = bareSession(headers)
    this.#session = this.#bare
    this.#events = events
    const send = (answer: JsonObject) => void this.#note('POST', answer)
    this.#unasked = new Unasked({ pending: this.#pending, events, send })
    this.#stream = new NotificationStream({
      connect: (listener, lastEventId) => this.#listenWith(listener, lastEventId),
      received: (message) => this.#unasked.take(message),
      resumed: () => events.notified({ method: TOOLS_CHANGED, params: {} }),
      refused: () => void this.#doubt(this.#session),
    })
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    this.#about = about
    this.#unasked.declare(about.capabilities)
    let id: string | undefined
    const begun = ({ headers }: AnswerHead) => {
      const given = headers[SESSION_ID]
      if (typeof given === 'string') id = given
    }
    const ask = { method: 'initialize', params: initializeParams(about) }
    const chosen = await this.#ask(ask, { waitMs }, { session: this.#bare, begun })
    this.#session = begunSession(this.#bare, negotiated(chosen), id)
    await this.#note('POST', INITIALIZED)
    if (this.#listening !== undefined && !this.#gone) this.#listening = this.#stream.start()
    return chosen
  }

  async listen(): Promise<void> {
    if (this.#gone) return
    this.#listening ??= this.#stream.start()
    const late = new AbortController()
    const { signal } = late
    const waited = rest(LISTENING_WAIT_MS, undefined, { signal }).catch(() => undefined)
    await Promise.race([this.#listening, waited])
    late.abort()
  }

  /** A call that meets a lost session takes longer than `waitMs` by the opening of a new one. */
  async request(asked: McpMessage, options: RequestOptions): Promise<JsonObject> {
    const session = this.#session
    try {
      return await this.#ask(asked, options, { session })
    } catch (error) {
      if (error instanceof SessionDoubtful) void this.#doubt(session)
      if (!(error instanceof SessionLost)) throw error
    }
    await this.#renew(session)
    return await this.#ask(asked, options, { session: this.#session })
  }

  notify({ method, params }: McpMessage): void {
    void this.#note('POST', { jsonrpc: '2.0', method, params })
  }

  async retire(): Promise<void> {
    this.#gone = true
    this.#stream.stop(STOPPED)
    await this.#pending.settled()
    await this.close()
  }

  async close(): Promise<void> {
    this.#gone = true
    this.#stream.stop(STOPPED)
    this.#pending.failAll(STOPPED)
    for (const exchange of this.#exchanges) exchange.abort(STOPPED)
    if (this.#session.id !== undefined) await this.#note('DELETE')
  }

  #send(method: 'POST' | 'GET' | 'DELETE', sent: Sent, events: ExchangeEvents): HttpExchange {
    const { session, message, lastEventId } = sent
    const exchange = new HttpExchange({
      ...events,
      received: (received, bytes) => {
        events.received?.(received, bytes)
        const restMs = received.method === undefined ? 0 : this.#flow.count(bytes)
        if (restMs > 0) exchange.rest(restMs)
      },
      ended: (end) => {
        this.#exchanges.delete(exchange)
        events.ended(end)
      },
    })
    this.#exchanges.add(exchange)
    const headers = {
      ...session.headers,
      ...(method === 'GET' && { accept: 'text/event-stream' }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    }
    const body = message === undefined ? null : JSON.stringify(message)
    const pool = method === 'GET' ? this.#pools.streams : this.#pools.calls
    pool.dispatch({ path: this.#path, method, headers, body }, exchange)
    return exchange
  }

  async #ask(
    { method, params }: McpMessage,
    options: RequestOptions,
    { session, begun }: { session: Session; begun?: (head: AnswerHead) => void },
  ): Promise<JsonObject> {
    const { id, answer } = this.#pending.open(options, () => {
      ask.abort(LATE)
      // MCP 2025-11-25, cancellation: `initialize` must not be cancelled.
      if (method !== 'initialize') void this.#note('POST', cancellation(id))
    })
    const asked = options.progress ? withToken(params, id) : params
    const message = { jsonrpc: '2.0', id, method, params: asked }
    const ask = new HttpAsk({
      session,
      begun,
      streamed: options.streamed,
      grown: options.grown,
      send: (events, lastEventId) =>
        lastEventId === undefined
          ? this.#send('POST', { session, message }, events)
          : this.#send('GET', { session, lastEventId }, events),
      received: (received) => {
        if (received.method !== undefined) this.#unasked.take(received, id)
        return received.method === undefined && received.id === id
          ? this.#pending.settle(id, received)
          : false
      },
      failed: (error) => {
        if (error instanceof Unreached) this.#fail(error)
        this.#pending.fail(id, error)
      },
    })
    return answer
  }

  #fail(failure: Error): void {
    if (this.#gone) return
    this.#gone = true
    this.#stream.stop(STOPPED)
    this.#events.down(failure)
  }

  /** A new session in place of a lost one; the server may be another since. */
  #renew(lost: Session): Promise<void> {
    if (this.#session !== lost) return this.#renewing ?? Promise.resolve()
    this.#renewing ??= this.#reopen().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #reopen(): Promise<void> {
    try {
      await this.open(this.#about, OPENING_WAIT_MS)
    } catch (cause) {
      const failure = unavailable('the server lost the session and opened no other', { cause })
      this.#fail(failure)
      throw failure
    }
    this.#events.reopened?.()
    this.#events.notified({ method: TOOLS_CHANGED, params: {} })
  }

  /** Finds out whether the server still knows the session. */
  async #doubt(session: Session): Promise<void> {
    if (this.#doubting || this.#gone) return
    this.#doubting = true
    try {
      await this.#ask({ method: 'ping', params: {} }, { waitMs: OPENING_WAIT_MS }, { session })
    } catch (error) {
      const lost = error instanceof SessionLost || error instanceof SessionDoubtful
      // Whoever renews in vain has reported it: the server is down.
      if (lost) await this.#renew(session).catch(() => undefined)
    } finally {
      this.#doubting = false
    }
  }

  /** Sends what has no answer. Resolves when it has gone, or has not. */
  #note(method: 'POST' | 'DELETE', message?: JsonObject): Promise<void> {
    if (this.#notes >= NOTES_LIMIT) return Promise.resolve()
    this.#notes++
    return new Promise((resolve) => {
      const ended = () => {
        clearTimeout(timer)
        this.#notes--
        resolve()
      }
      const timer = setTimeout(() => exchange.abort(LATE), NOTING_WAIT_MS)
      const exchange = this.#send(method, { session: this.#session, message }, { ended })
    })
  }

  #listenWith(events: ExchangeEvents, lastEventId: string | undefined): HttpExchange {
    const session = this.#session
    return this.#send(
      'GET',
      { session, lastEventId },
      {
        ...events,
        ended: (end) => {
          const failure = end.kind === 'broken' ? failureOf(end, session) : undefined
          if (failure instanceof Unreached) this.#fail(failure)
          events.ended(end)
        },
      },
    )
  }
}
