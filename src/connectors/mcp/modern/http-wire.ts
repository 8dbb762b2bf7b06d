import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { FlowMeter } from '../flow-meter.ts'
import { type AnswerHead, type End, type ExchangeEvents, HttpExchange } from '../http-exchange.ts'
import type { HttpPools, HttpReach } from '../http-pools.ts'
import { bareSession, failureOf, type Session, Unreached } from '../http-session.ts'
import { LINGERING_WAIT_MS, NOTES_LIMIT, NOTING_WAIT_MS, TOOLS_LIMIT } from '../options.ts'
import { paramsOf, quote, resultOf, unavailable } from '../server-message.ts'
import type { TransportEvents } from '../transport.ts'
import { Underway } from '../underway.ts'
import { mirroredArguments, type ParameterHeader, parameterHeaders } from './parameter-headers.ts'
import { HttpRefusal } from './refusals.ts'
import { metadataHeaders } from './request-headers.ts'
import { LISTEN } from './revision.ts'
import type { Wire, WireOptions, WireRequest } from './wire.ts'

const ENOUGH = new Error('the answer has been read')
const GIVEN_UP = new Error('the answer is wanted no more')
const STOPPED = unavailable('the connection is being closed')

/**
 * Streamable HTTP without sessions (MCP 2026-07-28): a POST for each request, whose answer is JSON
 * or a stream of its own. To close that stream is to cancel the request. No redirect is followed.
 */
export class HttpWire implements Wire {
  readonly #path: string
  /** None: there are only headers. */
  readonly #session: Session
  readonly #pools: HttpPools
  readonly #events: TransportEvents
  readonly #underway = new Map<Underway, HttpExchange>()
  /** Of tools that have any. */
  readonly #mirrored = new Map<string, readonly ParameterHeader[]>()
  readonly #flow = new FlowMeter()
  #gone = false
  #notes = 0

  constructor({ url, headers, pools }: HttpReach, events: TransportEvents) {
    const { pathname, search } = new URL(url)
    this.#path = `${pathname}${search}`
    this.#session = bareSession(headers)
    this.#pools = pools
    this.#events = events
  }

  async send({ id, method, params }: WireRequest, options: WireOptions): Promise<JsonObject> {
    if (this.#gone) throw STOPPED
    const headers = this.#headersOf({ method, params })
    let head: AnswerHead | undefined
    let lingering: NodeJS.Timeout | undefined
    const underway = new Underway(options, () => exchange.abort(GIVEN_UP))
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
    const pool = method === LISTEN ? this.#pools.streams : this.#pools.calls
    const exchange = this.#post(
      { pool, headers, body },
      {
        readsErrors: true,
        grown: options.grown,
        begun: (begun) => {
          head = begun
          if (begun.body === 'events') options.streamed?.('alone')
        },
        received: (message, bytes) => {
          if (message.method !== undefined) {
            const restMs = this.#flow.count(bytes)
            if (restMs > 0) exchange.rest(restMs)
            return hear(message, underway, options)
          }
          if (!answers(message, id, head)) return
          underway.settle(() => resultOf(message))
          lingering ??= setTimeout(() => exchange.abort(ENOUGH), LINGERING_WAIT_MS)
        },
        ended: (end) => {
          clearTimeout(lingering)
          this.#underway.delete(underway)
          // An error takes longer to make than a call takes otherwise.
          if (end.kind !== 'whole' || !underway.over) underway.fail(this.#failureOf(end))
        },
      },
    )
    this.#underway.set(underway, exchange)
    return await underway.answer
  }

  notify({ method, params }: McpMessage): void {
    if (this.#gone || this.#notes >= NOTES_LIMIT) return
    this.#notes++
    const ended = () => {
      clearTimeout(timer)
      this.#notes--
    }
    const body = JSON.stringify({ jsonrpc: '2.0', method, params })
    const headers = this.#headersOf({ method, params })
    const exchange = this.#post({ pool: this.#pools.calls, headers, body }, { ended })
    const timer = setTimeout(() => exchange.abort(GIVEN_UP), NOTING_WAIT_MS)
  }

  /** A tool whose headers can't be told must not be offered, and hides no other. */
  learn(listed: JsonObject): JsonObject {
    if (!Array.isArray(listed.tools)) return listed
    const leftOut: { readonly tool: string; readonly why: string }[] = []
    const tools = listed.tools.filter((tool) => {
      const why = isJsonObject(tool) ? this.#learnOne(tool) : undefined
      if (why !== undefined) leftOut.push({ tool: quote(String(tool.name)), why })
      return why === undefined
    })
    const [first] = leftOut
    if (first !== undefined)
      this.#events.warned?.('tools_left_out', { ...first, of: leftOut.length })
    return tools.length === listed.tools.length ? listed : { ...listed, tools }
  }

  /** Why a tool must not be offered, if it mustn't. */
  #learnOne(tool: JsonObject): string | undefined {
    const read = parameterHeaders(tool)
    if ('fault' in read) return read.fault
    const name = String(tool.name)
    this.#mirrored.delete(name)
    if (read.headers.length === 0) return undefined
    if (this.#mirrored.size >= TOOLS_LIMIT) return 'too many tools mirror arguments into headers'
    this.#mirrored.set(name, read.headers)
    return undefined
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underway.keys()].map(({ answer }) => answer))
  }

  async close(): Promise<void> {
    this.#gone = true
    for (const [underway, exchange] of this.#underway) {
      underway.fail(STOPPED)
      exchange.abort(STOPPED)
    }
  }

  #headersOf({ method, params }: McpMessage): Record<string, string> {
    const mirrored = method === 'tools/call' && this.#mirrored.get(String(params.name))
    return {
      ...this.#session.headers,
      ...(mirrored && mirroredArguments(mirrored, params.arguments)),
      ...metadataHeaders({ method, params }),
    }
  }

  #post({ pool, headers, body }: Post, events: ExchangeEvents): HttpExchange {
    const exchange = new HttpExchange(events)
    pool.dispatch({ path: this.#path, method: 'POST', headers, body }, exchange)
    return exchange
  }

  /** Why a request that ended so has no answer. */
  #failureOf(end: End): Error {
    // What a refusal says is read if it can be.
    if (end.head.status >= 400) return new HttpRefusal(end.head.status)
    const failure = failureOf(end, this.#session)
    if (failure instanceof Unreached && !this.#gone) {
      this.#gone = true
      this.#events.down(failure)
    }
    return failure
  }
}

interface Post {
  readonly pool: HttpPools['calls']
  readonly headers: Record<string, string>
  readonly body: string
}

/** A request of the server is nothing that may come here: it is left without an answer. */
function hear(message: JsonObject, { over }: Underway, { told }: WireOptions): void {
  const { id, method } = message
  if (typeof method === 'string' && id === undefined && !over) {
    told({ method, params: paramsOf(message) })
  }
}

/** An error of the one request that was posted may come without its id. */
function answers({ id, error }: JsonObject, asked: string, head: AnswerHead | undefined): boolean {
  // A refusal that holds a result is none of the protocol.
  if (head !== undefined && head.status >= 300 && error === undefined) return false
  if (id === asked) return true
  return head?.body === 'message' && error !== undefined && (id === undefined || id === null)
}
