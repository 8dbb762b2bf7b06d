import { setTimeout as rest } from 'node:timers/promises'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type {
  AboutClient,
  AboutServer,
  Caller,
  Log,
  McpClient,
  McpMessage,
} from '../../../pipeline/ports.ts'
import { aboutServer } from '../handshake.ts'
import { openTransport, type Reach } from '../open-transport.ts'
import {
  LEVEL_WAIT_MS,
  OPENING_WAIT_MS,
  REOPENING_PATIENCE_MS,
  retryWaitMs,
  STEADY_MS,
} from '../options.ts'
import { unavailable } from '../server-message.ts'
import {
  type RequestOptions,
  TOOLS_CHANGED,
  type Transport,
  type TransportEvents,
} from '../transport.ts'
import { askOfLink } from './ask-of-link.ts'
import { callFailure } from './call-failure.ts'
import { callOptions, type Waiter } from './call-options.ts'
import { KeptState } from './kept-state.ts'
import { LinkClients } from './link-clients.ts'
import type { LinkTools } from './link-tools.ts'
import { RaisedLevel } from './raised-level.ts'
import { tellAgain } from './tell-again.ts'

export interface LinkOptions {
  readonly server: string
  readonly to: Reach
  readonly about: AboutClient
  readonly owner: string
  readonly tools: LinkTools
  /** Clients that hear what servers say unasked, whether they are on this link or not. */
  readonly listeners: Pick<WeakSet<McpClient>, 'has'>
  readonly log: Log
  /** Is told when the server says to this agent that its tools are others. */
  readonly toolsChanged?: (() => void) | undefined
}

/**
 * One session, or one process, that a server keeps for one agent. Opened at its first use, and
 * again after it went down; then the server is told anew what it was to keep.
 */
export class Link {
  readonly owner: string
  readonly tools: LinkTools
  readonly #options: LinkOptions
  readonly #clients = new LinkClients()
  readonly #callers = new Set<Caller>()
  readonly #state = new KeptState()
  readonly #level = new RaisedLevel((request) => this.#setLevel(request))
  readonly #transports = new Set<Transport>()
  #transport: Transport | undefined
  #opening: Promise<Transport> | undefined
  #about: JsonObject = {}
  #openings = 0
  #busy = 0
  #upSince = 0
  #failures = 0
  #failure: unknown
  #notBefore = 0
  #again: NodeJS.Timeout | undefined
  #ended = false
  /** Of `performance.now()`. */
  #usedAt = performance.now()
  #left = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.owner = options.owner
    this.tools = options.tools
  }

  get ended(): boolean {
    return this.#ended
  }

  get busy(): boolean {
    return this.#busy > 0
  }

  get heard(): boolean {
    return this.#clients.heard
  }

  get usedAt(): number {
    return this.#usedAt
  }

  /** All that it was opened for have gone, and nobody has come since. */
  get left(): boolean {
    return this.#left
  }

  /** What the server said when it was opened. @throws PortcullisError `UPSTREAM_*`. */
  async about(client?: McpClient): Promise<AboutServer> {
    if (client !== undefined) this.#attach(client)
    await this.#use({ method: 'initialize', params: {} }, () => this.#ready())
    return aboutServer(this.#about)
  }

  /** Any request. @throws PortcullisError `UPSTREAM_*`, `CALL_CANCELLED`. */
  async request(request: McpMessage, waiter: Waiter = {}): Promise<JsonObject> {
    const { server, to } = this.#options
    const { caller } = waiter
    if (caller !== undefined) {
      this.#attach(caller.client)
      this.#callers.add(caller)
    }
    try {
      return await this.#use(request, async () => {
        const transport = this.#transport ?? (await this.#ready())
        await (caller && this.#level.raise(request, this.#about))
        const options = callOptions(server, waiter, to.callTimeoutMs)
        const result = await transport.request(request, options)
        this.#state.note(request)
        if (this.#state.waits) void transport.listen()
        return result
      })
    } finally {
      if (caller !== undefined) this.#callers.delete(caller)
    }
  }

  /** A page of a list, for which nobody is told or asked anything. @throws as `request`. */
  async list(page: McpMessage, options: RequestOptions): Promise<JsonObject> {
    return this.#use(page, async () => (await this.#ready()).request(page, options))
  }

  /** What has no answer. @throws PortcullisError `UPSTREAM_*`. */
  async notify(notification: McpMessage, caller?: Caller): Promise<void> {
    if (caller !== undefined) this.#attach(caller.client)
    const transport = this.#transport ?? (await this.#ready())
    transport.notify(notification)
  }

  /** One of its clients hears from now on what the server says. */
  listen(client: McpClient): void {
    this.#attach(client)
    this.#hear(client)
  }

  leave(client: McpClient): void {
    if (this.#clients.leave(client)) this.#left = true
  }

  async close(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#again)
    this.#transport = undefined
    this.tools.clear()
    await Promise.all([...this.#transports].map((transport) => transport.close()))
  }

  /** Ends when the requests under way have ended. */
  async retire(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#again)
    await Promise.all([...this.#transports].map((transport) => transport.retire()))
    await this.close()
  }

  async #use<T>(request: McpMessage, work: () => Promise<T>): Promise<T> {
    this.#busy++
    this.#left = false
    this.#usedAt = performance.now()
    try {
      return await work()
    } catch (cause) {
      throw callFailure(request, cause, this.#options)
    } finally {
      this.#busy--
      this.#usedAt = performance.now()
    }
  }

  /** A call goes on without its log where that can't be had. */
  async #setLevel(request: McpMessage): Promise<void> {
    try {
      const transport = await this.#ready()
      await transport.request(request, { waitMs: LEVEL_WAIT_MS })
      this.#state.note(request)
      await transport.listen()
    } catch (error) {
      const { server, log } = this.#options
      log.warn('upstream.level', { server, why: (error as Error).message })
    }
  }

  #attach(client: McpClient): void {
    if (this.#clients.attach(client) && this.#options.listeners.has(client)) this.#hear(client)
  }

  #hear(client: McpClient): void {
    this.#clients.hear(client)
    void this.#transport?.listen()
  }

  /** The open transport; many who come at once wait for one opening. */
  #ready(): Promise<Transport> {
    if (this.#transport !== undefined) return Promise.resolve(this.#transport)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<Transport> {
    if (this.#ended) throw unavailable('it is no longer there')
    const waitMs = this.#notBefore - performance.now()
    if (waitMs > REOPENING_PATIENCE_MS) throw this.#failure
    if (waitMs > 0) await rest(waitMs)
    clearTimeout(this.#again)
    const transport = openTransport(
      this.#options.to,
      this.#events(() => transport),
    )
    this.#transports.add(transport)
    try {
      this.#about = await transport.open(this.#options.about, OPENING_WAIT_MS)
      if (this.#ended) throw unavailable('it is no longer there')
      await this.#begin(transport)
    } catch (error) {
      this.#transports.delete(transport)
      this.#wentDown(error)
      await transport.close()
      throw error
    }
    return transport
  }

  async #begin(transport: Transport): Promise<void> {
    const mayAsk = Object.keys(this.#options.about.capabilities).length > 0
    // A server may ask on the stream that belongs to no request: it has to be there before.
    if (mayAsk || this.heard || this.#state.waits) await transport.listen()
    this.#transport = transport
    this.#upSince = performance.now()
    if (this.#openings++ > 0) await this.#tellAgain(transport)
  }

  async #tellAgain(transport: Transport): Promise<void> {
    const { server, log } = this.#options
    const failed = (error: unknown) =>
      log.warn('upstream.unlisted', { server, why: (error as Error).message })
    const forgotten = { requests: this.#state.requests(), tools: this.tools, failed }
    const areOthers = await tellAgain(transport, forgotten)
    if (areOthers) this.#clients.tell(server, { method: TOOLS_CHANGED, params: {} })
  }

  #events(transport: () => Transport): TransportEvents {
    const { server, log } = this.#options
    return {
      notified: (notification) => {
        // The runtime's own link may hear it later, or never: what all are offered is asked anew.
        if (notification.method === TOOLS_CHANGED) this.#options.toolsChanged?.()
        this.#clients.tell(server, notification)
      },
      asked: (request, withdrawn) =>
        askOfLink({
          server,
          request,
          withdrawn,
          callers: this.#callers,
          clients: this.#clients.all,
        }),
      reopened: () => void this.#tellAgain(transport()),
      down: (reason) => this.#lost(transport(), reason),
      said: (line) => log.info('upstream.said', { server, line }),
      warned: (event, fields) => log.warn(`upstream.${event}`, { server, ...fields }),
    }
  }

  /** Calls that are still under way over other connections may yet be answered. */
  #lost(transport: Transport, reason: Error): void {
    if (this.#transport !== transport) return
    this.#transport = undefined
    if (performance.now() - this.#upSince >= STEADY_MS) this.#failures = 0
    this.#wentDown(reason)
    void transport.retire().finally(() => this.#transports.delete(transport))
  }

  #wentDown(reason: unknown): void {
    const waitMs = retryWaitMs(this.#failures++)
    this.#failure = reason
    this.#notBefore = performance.now() + waitMs
    const isMissed = this.heard || this.#state.waits
    if (this.#ended || !isMissed) return
    clearTimeout(this.#again)
    this.#again = setTimeout(() => void this.#ready().catch(() => undefined), waitMs)
  }
}
