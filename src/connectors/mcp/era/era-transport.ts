import { codeOf } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../../pipeline/ports.ts'
import { REVISIONS } from '../handshake.ts'
import { remainingMs } from '../list-tools.ts'
import type { McpServerOptions } from '../options.ts'
import { unavailable } from '../server-message.ts'
import type { RequestOptions, Transport, TransportEvents } from '../transport.ts'
import { type Evidence, legacyEvidence, maySpeakSse } from './era-evidence.ts'
import type { Era, EraMemory } from './era-memory.ts'

/** How long a server may take to say that it has no sessions, in milliseconds. */
export const PROBE_WAIT_MS = 5_000

/** The ways to speak to one server. */
export interface EraWays {
  readonly over: McpServerOptions['transport']
  readonly memory: EraMemory
  /** By default `PROBE_WAIT_MS`. */
  readonly probeWaitMs?: number
  transport(era: Era, events: TransportEvents): Transport
}

/**
 * A server of unknown era (MCP 2026-07-28, versioning): it is asked in the newest way first, and in
 * older ones when it doesn't know that.
 */
export class EraTransport implements Transport {
  readonly #ways: EraWays
  readonly #events: TransportEvents
  #inner: Transport | undefined
  #opened = false
  #closed = false

  constructor(ways: EraWays, events: TransportEvents) {
    this.#ways = ways
    this.#events = events
  }

  async open(about: AboutClient, waitMs: number): Promise<JsonObject> {
    const deadline = performance.now() + waitMs
    try {
      const opening = await (needsSession(about)
        ? this.#withSession(about, deadline)
        : this.#newest(about, deadline))
      this.#opened = true
      return opening
    } catch (error) {
      await this.#inner?.close()
      throw error
    }
  }

  request(message: McpMessage, options: RequestOptions): Promise<JsonObject> {
    if (this.#inner !== undefined) return this.#inner.request(message, options)
    return Promise.reject(unavailable('it is not open'))
  }

  async listen(): Promise<void> {
    await this.#inner?.listen()
  }

  notify(notification: McpMessage): void {
    this.#inner?.notify(notification)
  }

  async retire(): Promise<void> {
    this.#closed = true
    await this.#inner?.retire()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#inner?.close()
  }

  async #newest(about: AboutClient, deadline: number): Promise<JsonObject> {
    const known = this.#ways.memory.known(performance.now())
    if (known === undefined) return this.#findOut(about, deadline)
    return this.#asRemembered(known, { about, deadline })
  }

  /** A server of both eras asks in the middle of a call where there is a session, as here. */
  async #withSession(about: AboutClient, deadline: number): Promise<JsonObject> {
    const { memory } = this.#ways
    if (memory.alsoLegacy === false) return this.#newest(about, deadline)
    try {
      const opening = await this.#speak('legacy', { about, deadline })
      memory.alsoLegacy = true
      return opening
    } catch (error) {
      if (codeOf(error) === 'UPSTREAM_REFUSED') memory.alsoLegacy = false
    }
    return this.#newest(about, deadline)
  }

  async #asRemembered(era: Era, { about, deadline }: Opening): Promise<JsonObject> {
    try {
      return await this.#speak(era, { about, deadline })
    } catch (error) {
      if (legacyEvidence(error, this.#ways.over) === 'none') throw error
      this.#ways.memory.forget()
    }
    return await this.#findOut(about, deadline)
  }

  async #findOut(about: AboutClient, deadline: number): Promise<JsonObject> {
    const { over, probeWaitMs = PROBE_WAIT_MS } = this.#ways
    const soon = Math.min(deadline, performance.now() + probeWaitMs)
    let probed: unknown
    let evidence: Evidence
    try {
      const opening = await this.#speak('modern', { about, deadline: soon })
      this.#found('modern', true)
      return opening
    } catch (error) {
      probed = error
      evidence = legacyEvidence(error, over)
      if (evidence === 'none') throw error
    }
    try {
      const opening = await this.#speak('legacy', { about, deadline })
      this.#found('legacy', evidence === 'certain')
      return opening
    } catch (error) {
      if (over !== 'http' || !maySpeakSse(probed, error)) throw error
      return await this.#overSse(about, { deadline, otherwise: error })
    }
  }

  /** @throws what the newer way met, when the server does not speak this one either. */
  async #overSse(
    about: AboutClient,
    { deadline, otherwise }: { readonly deadline: number; readonly otherwise: unknown },
  ): Promise<JsonObject> {
    try {
      const opening = await this.#speak('sse', { about, deadline })
      this.#found('sse', true)
      return opening
    } catch (error) {
      throw legacyEvidence(error, 'http') === 'certain' ? otherwise : error
    }
  }

  #found(era: Era, certain: boolean): void {
    const { memory } = this.#ways
    if (!memory.found(era, { now: performance.now(), certain })) return
    this.#events.warned?.('downgraded', { from: 'modern', to: era })
  }

  /** Opens it in one way. What was tried before ends once this has taken its place. */
  async #speak(era: Era, { about, deadline }: Opening): Promise<JsonObject> {
    if (this.#closed) throw unavailable('the connection is being closed')
    const tried = this.#inner
    const current = () => this.#inner === transport
    const transport: Transport = this.#ways.transport(era, {
      ...this.#events,
      notified: (notification) => {
        if (current()) this.#events.notified(notification)
      },
      // While it is being opened, the failure to do so says the same.
      down: (reason) => {
        if (current() && this.#opened) this.#events.down(reason)
      },
    })
    this.#inner = transport
    await tried?.close()
    return await transport.open(about, remainingMs(deadline))
  }
}

/** Its own revision has sessions, and there is something that it could be asked. */
function needsSession({ protocolVersion, capabilities }: AboutClient): boolean {
  const isLegacy = REVISIONS.some((known) => known === protocolVersion)
  return isLegacy && ['sampling', 'elicitation', 'roots'].some((it) => it in capabilities)
}

interface Opening {
  readonly about: AboutClient
  readonly deadline: number
}
