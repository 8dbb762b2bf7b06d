import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'
import type { AboutClient, McpMessage } from '../../../pipeline/ports.ts'
import { ABOUT_RUNTIME } from '../handshake.ts'
import { listTools } from '../list-tools.ts'
import { OPENING_WAIT_MS, REQUESTS_LIMIT } from '../options.ts'
import { callCancelled } from '../pending-requests.ts'
import { protocol, quote } from '../server-message.ts'
import type { RequestOptions, Transport, TransportEvents } from '../transport.ts'
import { Underway } from '../underway.ts'
import { knowsResultType } from './capabilities.ts'
import { changingLists, readDiscovery } from './discovery.ts'
import { answeredInput, asksForInput, readInputRequired } from './input-rounds.ts'
import { LegacyMethods } from './legacy-methods.ts'
import { MODERN_CODES, NoCommonRevision, supportedBy } from './refusals.ts'
import { hearing } from './related.ts'
import { DISCOVER, LISTEN, META, MODERN_REVISIONS, metaOf, withMetadata } from './revision.ts'
import { Subscription } from './subscription.ts'
import type { Wire } from './wire.ts'

export interface ModernOptions {
  /** Is handed its wire, which tells `events`. */
  readonly wire: Wire
  readonly events: TransportEvents
  /** By default all that we speak. */
  readonly revisions?: readonly string[]
}

/** MCP without sessions (2026-07-28): every request says by itself all that a server must know. */
export class ModernTransport implements Transport {
  readonly #wire: Wire
  readonly #revisions: readonly string[]
  readonly #subscription: Subscription
  readonly #legacy: LegacyMethods
  #about = ABOUT_RUNTIME
  #revision: string
  #capabilities: JsonObject = {}
  #relisting: Promise<unknown> | undefined
  #ids = 0
  #underWay = 0

  constructor({ wire, events, revisions = MODERN_REVISIONS }: ModernOptions) {
    this.#wire = wire
    this.#revisions = revisions
    this.#revision = revisions[0] ?? ''
    this.#subscription = new Subscription({
      listen: (params, stream) => this.#send({ method: LISTEN, params }, stream),
      told: (notification) => events.notified(notification),
      task: (taskId) =>
        this.#send({ method: 'tasks/get', params: { taskId } }, { waitMs: OPENING_WAIT_MS }),
    })
    this.#legacy = new LegacyMethods(this.#subscription)
  }

  /** @throws NoCommonRevision, `HttpRefusal` and others by which an era can be told. */
  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    this.#about = about
    const answer = await this.#agreeing({ method: DISCOVER, params: {} }, { waitMs })
    const { revision, capabilities, opening } = readDiscovery(answer, this.#revisions)
    this.#revision = revision
    this.#capabilities = capabilities
    this.#legacy.capabilities = capabilities
    return opening
  }

  async request(message: McpMessage, options: RequestOptions): Promise<JsonObject> {
    const answered = this.#legacy.answer(message)
    if (answered !== undefined) return await inTime(answered, options)
    if (options.passesInputRequests === true) return await this.#once(message, options)
    return await answeredInput(message, {
      about: this.#about,
      cancelled: options.cancelled,
      asked: options.asked,
      send: (params) => this.#once({ method: message.method, params }, options),
    })
  }

  async listen(): Promise<void> {
    const lists = changingLists(this.#capabilities)
    if (Object.keys(lists).length > 0) await this.#subscription.want(lists)
  }

  /** What a client of one with sessions has to tell means nothing here. */
  notify(notification: McpMessage): void {
    if (!SESSION_NOTIFICATIONS.has(notification.method)) this.#wire.notify(notification)
  }

  async retire(): Promise<void> {
    this.#subscription.stop()
    await this.#wire.settled()
    await this.#wire.close()
  }

  async close(): Promise<void> {
    this.#subscription.stop()
    await this.#wire.close()
  }

  /** One request and its result, which may ask for input. */
  async #once(message: McpMessage, options: RequestOptions): Promise<JsonObject> {
    const result = await this.#mirroring(message, options)
    const { resultType = 'complete' } = result
    if (typeof resultType !== 'string' || !knowsResultType(this.#about, resultType)) {
      throw protocol(`the result is of an unknown type: \`${quote(String(resultType))}\``)
    }
    if (asksForInput(result)) readInputRequired(message.method, result, this.#about)
    return message.method === 'tools/list' ? this.#wire.learn(result) : result
  }

  /** Which arguments stand in headers may have changed: then the tools are listed again, once. */
  async #mirroring(message: McpMessage, options: RequestOptions): Promise<JsonObject> {
    try {
      return await this.#agreeing(message, options)
    } catch (error) {
      if (message.method !== 'tools/call' || !isRefusal(error, MODERN_CODES.headerMismatch)) {
        throw error
      }
    }
    this.#relisting ??= listTools(this, performance.now() + OPENING_WAIT_MS).finally(() => {
      this.#relisting = undefined
    })
    await this.#relisting
    return await this.#agreeing(message, options)
  }

  /** A server that refuses the revision says which others it has: one of them is tried, once. */
  async #agreeing(message: McpMessage, options: RequestOptions): Promise<JsonObject> {
    const refused = this.#revision
    try {
      return await this.#send(message, options)
    } catch (error) {
      if (!isRefusal(error, MODERN_CODES.unsupportedRevision)) throw error
      const supported = supportedBy(error)
      const other = this.#revisions.find((one) => one !== refused && supported.includes(one))
      if (other === undefined) {
        throw message.method === DISCOVER ? new NoCommonRevision(supported) : error
      }
      this.#revision = other
    }
    return await this.#send(message, options)
  }

  /** @throws PortcullisError `UPSTREAM_BUSY`, and as `Transport.request`. */
  async #send(message: McpMessage, options: SendOptions): Promise<JsonObject> {
    if (options.cancelled?.aborted) throw callCancelled()
    if (this.#underWay >= REQUESTS_LIMIT) {
      const said = `${REQUESTS_LIMIT} requests are under way on one link`
      throw new PortcullisError('UPSTREAM_BUSY', said)
    }
    this.#underWay++
    try {
      return await this.#sendNow(message, options)
    } finally {
      this.#underWay--
    }
  }

  #sendNow({ method, params }: McpMessage, options: SendOptions): Promise<JsonObject> {
    const id = `p${++this.#ids}`
    const { waitMs, cancelled, progress, told, streamed, grown } = options
    const complete = withMetadata(params, {
      about: this.#about,
      revision: this.#revision,
      logLevel: this.#legacy.logLevel,
      progressToken: progress === true ? id : undefined,
    })
    const hears = { id, progress, logs: META.logLevel in metaOf(complete) }
    return this.#wire.send(
      { id, method, params: complete },
      { waitMs, cancelled, streamed, grown, told: hearing({ method, ...hears }, told) },
    )
  }
}

type SendOptions = Partial<
  Pick<RequestOptions, 'waitMs' | 'cancelled' | 'progress' | 'told' | 'streamed' | 'grown'>
>

/** Of a session, which isn't there; and of what only servers ask here. */
const SESSION_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/roots/list_changed',
  'notifications/cancelled',
  'notifications/progress',
])

/** What is answered here may have to wait for the server all the same. */
function inTime(answer: Promise<JsonObject>, options: RequestOptions): Promise<JsonObject> {
  const underway = new Underway(options, () => undefined)
  answer.then(
    (result) => underway.settle(() => result),
    (error: Error) => underway.fail(error),
  )
  return underway.answer
}

function isRefusal(error: unknown, code: number): error is PeerError {
  return error instanceof PeerError && error.answered.code === code
}
