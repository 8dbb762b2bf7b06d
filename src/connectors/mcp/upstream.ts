import { setTimeout as rest } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { codeOf, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { EventName } from '../../kernel/receipt/events.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { AboutServer, Log, McpMessage } from '../../pipeline/ports.ts'
import { ABOUT_RUNTIME, ABOUT_SHARED, aboutServer } from './handshake.ts'
import { callFailure } from './links/call-failure.ts'
import { listTools, remainingMs, type Tools } from './list-tools.ts'
import { openTransport, type Reach } from './open-transport.ts'
import {
  DEFAULT_RELIST_MS,
  type McpServerOptions,
  OPENING_WAIT_MS,
  REFRESH_REST_MS,
  retryWaitMs,
  STEADY_MS,
} from './options.ts'
import { unavailable } from './server-message.ts'
import type { ToolDigests } from './tool-digests.ts'
import {
  type RequestOptions,
  TOOLS_CHANGED,
  type Transport,
  type TransportEvents,
} from './transport.ts'

type UpstreamEvent = Extract<EventName, `upstream.${string}`>

export interface UpstreamStatus {
  readonly server: string
  readonly transport: McpServerOptions['transport']
  readonly state: 'starting' | 'up' | 'down'
  readonly tools: number
  /** How often it was tried again. */
  readonly restarts: number
  /** Sessions or processes that it keeps for agents. */
  readonly links?: number
  /** Why it is down. */
  readonly error?: string
  /** The same as errors are named: nothing in it is the server's own text. */
  readonly code?: ErrorCode
  /** Milliseconds until it is tried again; absent while that is going on. */
  readonly retryMs?: number
}

export interface UpstreamOptions {
  readonly name: string
  readonly to: Reach
  readonly log: Log
  readonly digests: ToolDigests
  /** Is told when the server comes, goes, or declares other tools. */
  readonly report: (event: RecordedEvent) => void
  toolsChanged(): void
  /** How often it is asked for its tools: a server that changes them need not say so. */
  readonly relistMs?: number | undefined
}

/** One server and its session, opened again whenever it goes down. It fails only its own calls. */
export class Upstream {
  readonly #name: string
  readonly #to: Reach
  readonly #log: Log
  readonly #digests: ToolDigests
  readonly #report: UpstreamOptions['report']
  readonly #toolsChanged: () => void
  readonly #retiring = new Set<Transport>()
  #transport: Transport | undefined
  #tools: Tools = new Map()
  #about: JsonObject | undefined
  #state: UpstreamStatus['state'] = 'starting'
  #error: unknown
  /** Who answers there is not the server. */
  #impostor: PortcullisError | undefined
  #upSince = 0
  #failures = 0
  #restarts = 0
  #retry: NodeJS.Timeout | undefined
  #retryAt = 0
  readonly #relistMs: number
  #relisting: NodeJS.Timeout | undefined
  #stale = false
  #refreshing = false
  #closed = false

  constructor({ name, to, log, digests, report, toolsChanged, relistMs }: UpstreamOptions) {
    this.#relistMs = relistMs ?? DEFAULT_RELIST_MS
    this.#name = name
    this.#to = to
    this.#log = log
    this.#digests = digests
    this.#report = report
    this.#toolsChanged = toolsChanged
  }

  /** As last listed. They stay while the server is down: an agent's view doesn't flicker. */
  get tools(): Tools {
    return this.#tools
  }

  /** As last told, also while it is down. */
  get declared(): AboutServer | undefined {
    return this.#about === undefined ? undefined : aboutServer(this.#about)
  }

  get status(): UpstreamStatus {
    return {
      server: this.#name,
      transport: this.#to.transport,
      state: this.#state,
      tools: this.#tools.size,
      restarts: this.#restarts,
      ...(this.#error !== undefined && whyDown(this.#error)),
      ...(this.#retry !== undefined && { retryMs: Math.max(0, this.#retryAt - performance.now()) }),
    }
  }

  /** Resolves when the attempt has settled, well or ill; never rejects. */
  async open(): Promise<void> {
    const deadline = performance.now() + OPENING_WAIT_MS
    let transport: Transport | undefined
    try {
      transport = this.#connect()
      this.#transport = transport
      const declared = this.#to.isolation === 'shared' ? ABOUT_SHARED : ABOUT_RUNTIME
      const about = await transport.open(declared, remainingMs(deadline))
      void transport.listen()
      const tools = offersTools(about.capabilities)
        ? await listTools(transport, deadline)
        : new Map()
      if (this.#transport === transport) this.#up(tools, about)
    } catch (error) {
      if (this.#transport === transport) this.#transport = undefined
      await transport?.close()
      this.#down(error)
    }
  }

  /** Any request. @throws PortcullisError `UPSTREAM_*`, `CALL_CANCELLED`. */
  async request(request: McpMessage, options: RequestOptions): Promise<JsonObject> {
    try {
      return await this.#reachable().request(request, options)
    } catch (cause) {
      throw callFailure(request, cause, { server: this.#name, log: this.#log })
    }
  }

  /** What has no answer. @throws PortcullisError `UPSTREAM_UNAVAILABLE`. */
  notify(notification: McpMessage): void {
    this.#reachable().notify(notification)
  }

  /** What the server said when it was opened. @throws PortcullisError `UPSTREAM_UNAVAILABLE`. */
  about(): AboutServer {
    this.#reachable()
    return aboutServer(this.#about ?? {})
  }

  #reachable(): Transport {
    if (this.#transport !== undefined && this.#state === 'up') return this.#transport
    throw this.#impostor ?? unavailable('it is down')
  }

  /** Ends when the requests under way have ended. */
  async retire(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#transport?.retire()
    await this.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#state = 'down'
    clearTimeout(this.#retry)
    clearInterval(this.#relisting)
    const transports = [...this.#retiring, ...(this.#transport ? [this.#transport] : [])]
    this.#transport = undefined
    await Promise.all(transports.map((transport) => transport.close()))
  }

  #connect(): Transport {
    const events: TransportEvents = {
      notified: ({ method }) => {
        if (method === TOOLS_CHANGED && this.#transport === transport) void this.#refresh()
      },
      down: (reason) => {
        if (this.#transport === transport) this.#lost(transport, reason)
      },
      said: (line) => this.#log.info('upstream.said', { server: this.#name, line }),
      warned: (event, fields) =>
        this.#log.warn(`upstream.${event}`, { server: this.#name, ...fields }),
    }
    const transport = openTransport(this.#to, events)
    return transport
  }

  #up(tools: Tools, about: JsonObject): void {
    this.#about = about
    this.#state = 'up'
    this.#error = undefined
    this.#impostor = undefined
    this.#upSince = performance.now()
    this.#log.info('upstream.up', { server: this.#name, tools: tools.size })
    this.#take(tools)
    this.#tell('upstream.connected')
    clearInterval(this.#relisting)
    this.#relisting = setInterval(() => void this.#refresh(), this.#relistMs).unref()
    if (this.#stale) void this.#refresh()
  }

  /** Whether they are others than before. */
  #take(tools: Tools): boolean {
    if (isDeepStrictEqual(tools, this.#tools)) return false
    this.#tools = tools
    this.#toolsChanged()
    return true
  }

  #tell(name: UpstreamEvent, why = ''): void {
    const gone = name === 'upstream.disconnected' || name === 'upstream.failed'
    const digest = this.#digests.ofAll(this.#tools)
    const declared = { count: this.#tools.size, ...(digest && { digest }) }
    // Why it went, the log says: a server may put a secret into it. A code holds none.
    this.#report({ name, detail: `${this.#name}${why}`, ...(gone ? {} : declared) })
  }

  /** Calls that are still under way over other connections may yet be answered. */
  #lost(transport: Transport, reason: Error): void {
    this.#transport = undefined
    this.#retiring.add(transport)
    void transport.retire().finally(() => this.#retiring.delete(transport))
    this.#down(reason)
  }

  #down(cause: unknown): void {
    if (this.#closed || this.#retry !== undefined) return
    this.#impostor = isImpostor(cause) ? cause : undefined
    const { error: reason } = whyDown(cause)
    const why = isImpostor(cause) ? `: ${cause.code}` : ''
    const steady = this.#state === 'up' && performance.now() - this.#upSince >= STEADY_MS
    if (steady) this.#failures = 0
    // Once: what is tried again and fails again is still the same that is gone.
    if (this.#state === 'up') this.#tell('upstream.disconnected', why)
    if (this.#state === 'starting') this.#tell('upstream.failed', why)
    this.#state = 'down'
    this.#error = cause
    const retryMs = retryWaitMs(this.#failures++)
    this.#log.warn('upstream.down', { server: this.#name, reason, retryMs })
    this.#retryAt = performance.now() + retryMs
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#restarts++
      void this.open()
    }, retryMs)
  }

  /** Lists the tools again, soon. */
  askAnew(): void {
    void this.#refresh()
  }

  /** One listing at a time and a rest after it: a server may say `changed` as often as it likes. */
  async #refresh(): Promise<void> {
    this.#stale = true
    if (this.#refreshing) return
    this.#refreshing = true
    while (this.#stale && this.#state === 'up' && this.#transport !== undefined) {
      this.#stale = false
      await this.#relist(this.#transport)
      await rest(REFRESH_REST_MS, undefined, { ref: false })
    }
    this.#refreshing = false
  }

  async #relist(transport: Transport): Promise<void> {
    try {
      const tools = await listTools(transport, performance.now() + OPENING_WAIT_MS)
      if (this.#transport === transport && this.#take(tools)) this.#tell('upstream.tools_changed')
    } catch (error) {
      this.#log.warn('upstream.unlisted', { server: this.#name, why: (error as Error).message })
    }
  }
}

function whyDown(cause: unknown): { readonly error: string; readonly code: ErrorCode } {
  const code = codeOf(cause)
  return { error: cause instanceof Error ? cause.message : code, code }
}

/** Its certificate, its key or its TLS is not what is configured. */
function isImpostor(cause: unknown): cause is PortcullisError {
  return cause instanceof PortcullisError && cause.code.startsWith('PEER_')
}

/** MCP 2025-11-25, server/tools: a server with tools must say so. */
function offersTools(capabilities: JsonObject[string] | undefined): boolean {
  return typeof capabilities === 'object' && capabilities !== null && 'tools' in capabilities
}
