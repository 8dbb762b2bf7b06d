import { ERRORS, PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { PeerError, type RpcError } from '../../kernel/mcp/peer-error.ts'
import type { Gone, McpMessage } from '../../pipeline/ports.ts'
import { AskBounds } from './ask-bounds.ts'
import { checkDeclared, nobodyToAsk } from './declared.ts'
import type { PendingRequests, UnderWay } from './pending-requests.ts'
import { checkPassable, paramsOf } from './server-message.ts'
import type { TransportEvents } from './transport.ts'

const PROGRESS = 'notifications/progress'
const LOGGED = 'notifications/message'
const CANCELLED = 'notifications/cancelled'

export interface UnaskedOptions {
  readonly pending: PendingRequests
  readonly events: TransportEvents
  /** Sends the answer to what the server asked. */
  send(answer: JsonObject): void
}

/**
 * What a server sends that is no answer: notifications, and requests of its own. Each goes to whom
 * it is for; a server is told no more about its client than the client said of itself.
 */
export class Unasked {
  readonly #pending: PendingRequests
  readonly #events: TransportEvents
  readonly #send: UnaskedOptions['send']
  readonly #bounds = new AskBounds()
  /** What the server asks and has no answer to yet, by its ids: aborted when it withdraws that. */
  readonly #open = new Map<JsonValue, AbortController>()
  #capabilities: JsonObject = {}

  constructor({ pending, events, send }: UnaskedOptions) {
    this.#pending = pending
    this.#events = events
    this.#send = send
  }

  /** What the client declared on whose behalf the session is. */
  declare(capabilities: JsonObject): void {
    this.#capabilities = capabilities
  }

  /** `request` is the id of the one on whose stream it came, where there is such a stream. */
  take(message: JsonObject, request?: number): void {
    const { id, method } = message
    if (typeof method !== 'string') return
    const asked = { method, params: paramsOf(message) }
    if (!isPassable(asked.params)) return
    if (id === undefined) this.#notify(asked, request)
    else if (typeof id === 'string' || typeof id === 'number') this.#answer(id, asked, request)
  }

  #notify(notification: McpMessage, request: number | undefined): void {
    const { method, params } = notification
    if (method === CANCELLED) {
      this.#withdraw(params.requestId ?? null)
      return
    }
    const underWay =
      method === PROGRESS ? this.#byToken(params.progressToken) : this.#belonging(method, request)
    if (underWay?.options.told !== undefined && !isOfLists(method)) {
      underWay.options.told(notification)
    } else if (method !== PROGRESS) {
      // Progress of what is answered already is of no use to anybody.
      this.#events.notified(notification)
    }
  }

  /** Tokens are the ids of the requests that bore them. */
  #byToken(token: JsonValue | undefined): UnderWay | undefined {
    const underWay = typeof token === 'number' ? this.#pending.get(token) : undefined
    return underWay?.options.progress ? underWay : undefined
  }

  /** The request in the course of which this was said. Where no stream tells, the only one. */
  #belonging(method: string, request: number | undefined): UnderWay | undefined {
    if (request !== undefined) return this.#pending.get(request)
    const isOfSession = method.startsWith('notifications/') && method !== LOGGED
    return isOfSession ? undefined : this.#pending.only()
  }

  #answer(id: string | number, asked: McpMessage, request: number | undefined): void {
    // Two answers with one id could not be told apart.
    if (this.#open.has(id)) return
    const withdrawn = new AbortController()
    this.#open.set(id, withdrawn)
    void this.#ask(asked, { request, withdrawn: withdrawn.signal }).then((answer) => {
      // MCP 2025-11-25, cancellation: what was withdrawn is not answered, whatever came of it.
      if (withdrawn.signal.aborted) return
      this.#open.delete(id)
      this.#send({ jsonrpc: '2.0', id, ...answer })
    })
  }

  /** The server wants to know it no more. */
  #withdraw(id: JsonValue): void {
    this.#open.get(id)?.abort()
    this.#open.delete(id)
  }

  /** The members of the answer. Never rejects. */
  async #ask(asked: McpMessage, { request, withdrawn }: Asking): Promise<JsonObject> {
    if (asked.method === 'ping') return { result: {} }
    const underWay = this.#belonging(asked.method, request)
    const ask = underWay?.options.asked ?? this.#events.asked
    try {
      checkDeclared(this.#capabilities, asked.method)
      if (ask === undefined) throw nobodyToAsk()
      this.#bounds.enter(underWay)
      return { result: await this.#during(underWay, () => ask(asked, withdrawn)) }
    } catch (error) {
      return { error: { ...errorFor(error) } }
    }
  }

  async #during(
    underWay: UnderWay | undefined,
    ask: () => Promise<JsonObject>,
  ): Promise<JsonObject> {
    if (underWay !== undefined) underWay.openAsks++
    try {
      return await ask()
    } finally {
      if (underWay !== undefined) underWay.openAsks--
      this.#bounds.leave()
    }
  }
}

interface Asking {
  /** On whose stream it came. */
  readonly request: number | undefined
  readonly withdrawn: Gone
}

/** What a server may know of why it has no answer. */
function errorFor(error: unknown): RpcError {
  if (error instanceof PeerError) return error.answered
  const code = error instanceof PortcullisError ? error.code : 'INTERNAL'
  return { code: SERVER_ERROR, message: ERRORS[code].agent }
}

/** JSON-RPC 2.0 section 5.1: the first that servers may define themselves. */
const SERVER_ERROR = -32000

function isOfLists(method: string): boolean {
  return method.endsWith('/list_changed')
}

/** Could a receipt cover it? */
export function isPassable(params: JsonObject): boolean {
  try {
    checkPassable(params)
    return true
  } catch (error) {
    if (error instanceof PortcullisError) return false
    throw error
  }
}
