import { errors } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../pipeline/ports.ts'
import { ABOUT_RUNTIME, INITIALIZED, initializeParams, negotiated } from './handshake.ts'
import { type AnswerHead, type End, type ExchangeEvents, HttpExchange } from './http-exchange.ts'
import type { HttpPools, HttpReach } from './http-pools.ts'
import { NotificationStream } from './notification-stream.ts'
import {
  type HttpOptions,
  LINGERING_WAIT_MS,
  NOTES_LIMIT,
  NOTING_WAIT_MS,
  OPENING_WAIT_MS,
} from './options.ts'
import { PendingRequests } from './pending-requests.ts'
import { answerTo, cancellation, paramsOf, protocol, unavailable } from './server-message.ts'
import {
  type RequestOptions,
  TOOLS_CHANGED,
  type Transport,
  type TransportEvents,
} from './transport.ts'

/** The server no longer knows the session, and therefore did not execute the request. */
class SessionLost extends PortcullisError {}
/** The server refused in a way that some servers use for a session they no longer know. */
class SessionDoubtful extends PortcullisError {}

/** What every request of a session bears. */
interface Session {
  readonly id: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

const ENOUGH = new Error('the answer has been read')
const LATE = new Error('the answer came too late')
const STOPPED = unavailable('the connection is being closed')

/** Streamable HTTP (MCP 2025-11-25), over connections that are kept. No redirect is followed. */
export class HttpTransport implements Transport {
  readonly #path: string
  readonly #pools: HttpPools
  readonly #exchanges = new Set<HttpExchange>()
  readonly #events: TransportEvents
  readonly #pending = new PendingRequests()
  readonly #stream: NotificationStream
  /** Before `initialize`. */
  readonly #bare: Session
  #session: Session
  #about = ABOUT_RUNTIME
  #renewing: Promise<void> | undefined
  #doubting = false
  #gone = false
  #notes = 0

  constructor({ url, headers, pools }: HttpReach, events: TransportEvents) {
    const { pathname, search } = new URL(url)
    this.#path = `${pathname}${search}`
    this.#pools = pools
    this.#bare = { id: undefined, headers: requestHeaders(headers) }
    this.#session = this.#bare
    this.#events = events
    this.#stream = new NotificationStream({
      connect: (listener) => this.#listen(listener),
      received: (message) => this.#overhear(message),
      resumed: () => events.notified({ method: TOOLS_CHANGED, params: {} }),
      refused: () => void this.#doubt(this.#session),
    })
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    this.#about = about
    let id: string | undefined
    const begun = ({ headers }: AnswerHead) => {
      const given = headers['mcp-session-id']
      if (typeof given === 'string') id = given
    }
    const ask = { method: 'initialize', params: initializeParams(about), waitMs }
    const chosen = await this.#ask(ask, this.#bare, begun)
    const headers = { ...this.#bare.headers, 'mcp-protocol-version': negotiated(chosen) }
    this.#session = { id, headers: id === undefined ? headers : { ...headers, [SESSION_ID]: id } }
    await this.#note('POST', INITIALIZED)
    if (!this.#gone) this.#stream.start()
    return chosen
  }

  /** A call that meets a lost session takes longer than `waitMs` by the opening of a new one. */
  async request(asked: McpMessage, { waitMs }: RequestOptions): Promise<JsonObject> {
    const session = this.#session
    const ask = { ...asked, waitMs }
    try {
      return await this.#ask(ask, session)
    } catch (error) {
      if (error instanceof SessionDoubtful) void this.#doubt(session)
      if (!(error instanceof SessionLost)) throw error
    }
    await this.#renew(session)
    return await this.#ask(ask, this.#session)
  }

  async listen(): Promise<void> {
    // It has listened since it was opened.
  }

  notify({ method, params }: McpMessage): void {
    void this.#note('POST', { jsonrpc: '2.0', method, params })
  }

  async retire(): Promise<void> {
    this.#gone = true
    this.#stream.stop(STOPPED)
    await this.#pending.settled()
  }

  async close(): Promise<void> {
    this.#gone = true
    this.#stream.stop(STOPPED)
    this.#pending.failAll(STOPPED)
    for (const exchange of this.#exchanges) exchange.abort(STOPPED)
    if (this.#session.id !== undefined) await this.#note('DELETE')
  }

  #send(
    method: 'POST' | 'GET' | 'DELETE',
    { session, message }: { readonly session: Session; readonly message?: JsonObject | undefined },
    events: ExchangeEvents,
  ): HttpExchange {
    const exchange = new HttpExchange({
      ...events,
      ended: (end) => {
        this.#exchanges.delete(exchange)
        events.ended(end)
      },
    })
    this.#exchanges.add(exchange)
    const accept = method === 'GET' ? { accept: 'text/event-stream' } : {}
    const headers = { ...session.headers, ...accept }
    const body = message === undefined ? null : JSON.stringify(message)
    const pool = method === 'GET' ? this.#pools.streams : this.#pools.calls
    pool.dispatch({ path: this.#path, method, headers, body }, exchange)
    return exchange
  }

  #ask(
    { method, params, waitMs }: { method: string; params: JsonObject; waitMs: number },
    session: Session,
    begun?: (head: AnswerHead) => void,
  ): Promise<JsonObject> {
    const { id, answer } = this.#pending.open(waitMs, () => {
      exchange.abort(LATE)
      // MCP 2025-11-25, cancellation: `initialize` must not be cancelled.
      if (method !== 'initialize') void this.#note('POST', cancellation(id))
    })
    let lingering: NodeJS.Timeout | undefined
    const message = { jsonrpc: '2.0', id, method, params }
    const exchange = this.#send(
      'POST',
      { session, message },
      {
        ...(begun === undefined ? {} : { begun }),
        received: (received) => {
          if (received.id !== id || received.method !== undefined) return this.#overhear(received)
          this.#pending.settle(id, received)
          lingering ??= setTimeout(() => exchange.abort(ENOUGH), LINGERING_WAIT_MS)
        },
        ended: (end) => {
          clearTimeout(lingering)
          // An error takes longer to make than a call takes otherwise.
          if (end.kind === 'whole' && !this.#pending.has(id)) return
          this.#pending.fail(id, this.#failureOf(end, session))
        },
      },
    )
    return answer
  }

  /** Why a request that ended so has no answer, if it has none. */
  #failureOf(end: End, session: Session): PortcullisError {
    if (end.kind === 'whole') return failureOf(end.head, session)
    const { error, sent } = end
    if (error instanceof PortcullisError) {
      // Who answers there is not the server: nothing was sent, and it is down for us.
      if (!sent && error.code.startsWith('PEER_')) this.#fail(error)
      return error
    }
    if (error instanceof RangeError) return protocol('the server sent a message that is too long')
    if (error instanceof errors.HTTPParserError) return protocol('the server does not speak HTTP')
    const { code = 'no code' } = error as NodeJS.ErrnoException
    if (sent) return unavailable(`the connection broke: ${code}`, { cause: error })
    const failure = unavailable(`the server cannot be reached: ${code}`, { cause: error })
    this.#fail(failure)
    return failure
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
    this.#events.notified({ method: TOOLS_CHANGED, params: {} })
  }

  /** Finds out whether the server still knows the session. */
  async #doubt(session: Session): Promise<void> {
    if (this.#doubting || this.#gone) return
    this.#doubting = true
    try {
      await this.#ask({ method: 'ping', params: {}, waitMs: OPENING_WAIT_MS }, session)
    } catch (error) {
      const lost = error instanceof SessionLost || error instanceof SessionDoubtful
      // Whoever renews in vain has reported it: the server is down.
      if (lost) await this.#renew(session).catch(() => undefined)
    } finally {
      this.#doubting = false
    }
  }

  /** Requests and notifications of the server, which come beside its answers. */
  #overhear(message: JsonObject): void {
    const { id, method } = message
    if (typeof method !== 'string') return
    if (id === undefined) this.#events.notified({ method, params: paramsOf(message) })
    else void this.#note('POST', answerTo(id, method))
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

  #listen(events: ExchangeEvents): HttpExchange {
    return this.#send(
      'GET',
      { session: this.#session },
      {
        ...events,
        ended: (end) => {
          // Marks the server as down where it can't be reached.
          if (end.kind === 'broken') this.#failureOf(end, this.#session)
          events.ended(end)
        },
      },
    )
  }
}

const SESSION_ID = 'mcp-session-id'

/** One spelling for every name, so that none that is configured comes twice. */
function requestHeaders(configured: HttpOptions['headers']): Record<string, string> {
  const lower = Object.entries(configured).map(([name, value]) => [name.toLowerCase(), value])
  return {
    ...Object.fromEntries(lower),
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
}

/** Only 4xx says that the server did not act: after a redirect or a fault it may have. */
function failureOf({ status, body }: AnswerHead, { id }: Session): PortcullisError {
  const said = `it answered with HTTP ${status}`
  if (status === 404 && id !== undefined) return new SessionLost('UPSTREAM_UNAVAILABLE', said)
  if (status === 400 && id !== undefined) return new SessionDoubtful('UPSTREAM_REFUSED', said)
  if (status >= 500 || status === 408) return unavailable(said)
  if (status >= 400) return new PortcullisError('UPSTREAM_REFUSED', said)
  if (body === 'events') return unavailable('its stream ended without the answer')
  return protocol(`${said} and without the answer`)
}
