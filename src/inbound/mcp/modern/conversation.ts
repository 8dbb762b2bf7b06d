import { type ErrorCode, PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Gone, McpMessage } from '../../../pipeline/ports.ts'
import { askWithdrawn } from '../asks.ts'
import type { Served } from '../serve-method.ts'
import type { Visit } from '../visit.ts'
import type { Envelope } from './envelope.ts'
import type { LegStream } from './leg-stream.ts'
import type { ModernLimits } from './limits.ts'

/** One HTTP request of a call: the first, or one that comes back with input. */
export interface Leg {
  readonly visit: Visit
  readonly envelope: Envelope
  readonly stream: LegStream
}

/** What a leg ends with: the end of the call, or questions to its client, by name. */
export type Turn =
  | { readonly kind: 'served'; readonly served: Served }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'asks'; readonly requests: JsonObject }

interface Ask {
  readonly request: McpMessage
  readonly answered: (result: JsonObject) => void
  readonly failed: (error: PortcullisError) => void
}

export interface AskOptions {
  /** Of the server's own: an answer may have come ahead of it. */
  readonly name?: string | undefined
  /** The server wants the answer no more. */
  readonly withdrawn?: Gone | undefined
}

export type ConversationLimits = Pick<ModernLimits, 'asksPerCall' | 'inputGatherMs' | 'inputRounds'>

/**
 * One call from its first leg to its result. Whoever carries it out just waits for `ask`: that the
 * client hears of it at the end of one HTTP request, and answers with another, is known here alone.
 */
export class Conversation {
  readonly #limits: ConversationLimits
  readonly #stop = new AbortController()
  readonly #asks = new Map<string, Ask>()
  readonly #supply: Map<string, JsonObject>
  #leg: Leg
  #turn = Promise.withResolvers<Turn>()
  #end: Turn | undefined
  #paused: PromiseWithResolvers<void> | undefined
  #gathering: NodeJS.Timeout | undefined
  #rounds = 0
  #names = 0
  #places = 0
  readonly #ended = Promise.withResolvers<void>()

  constructor(leg: Leg, limits: ConversationLimits) {
    this.#leg = leg
    this.#limits = limits
    const { inputResponses = {} } = leg.envelope
    this.#supply = new Map(Object.entries(inputResponses) as [string, JsonObject][])
  }

  /** The newest: who waits now, or waited last. */
  get leg(): Leg {
    return this.#leg
  }

  /** Aborted when nobody wants the result any more. */
  get cancelled(): AbortSignal {
    return this.#stop.signal
  }

  /** Begins; the result is told to whichever leg there is then. */
  begin(work: () => Promise<Served>): void {
    work().then(
      (served) => this.#finish({ kind: 'served', served }),
      (error: unknown) => this.#finish({ kind: 'failed', error }),
    )
  }

  /** Resolves when there is a result, or will be none. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** How the newest leg ends. */
  get turn(): Promise<Turn> {
    return this.#turn.promise
  }

  /** The client is back. What it leaves unanswered, it is asked again. */
  resume(leg: Leg): void {
    this.#leg = leg
    this.#turn = Promise.withResolvers()
    for (const [name, result] of Object.entries(leg.envelope.inputResponses ?? {})) {
      const ask = this.#asks.get(name)
      // MCP, multi round-trip requests: names that nobody asked for are ignored.
      if (ask === undefined) continue
      this.#asks.delete(name)
      ask.answered(result as JsonObject)
    }
    this.#paused?.resolve()
    this.#paused = undefined
    if (this.#end !== undefined) this.#turn.resolve(this.#end)
    else if (this.#asks.size > 0) this.#gather()
  }

  /**
   * Asks the client, unless that was withdrawn before it could be asked. What it answers to what
   * was withdrawn since is nobody's.
   * @throws PortcullisError when nobody answers any more; `CALL_CANCELLED`.
   */
  ask(request: McpMessage, { name, withdrawn }: AskOptions = {}): Promise<JsonObject> {
    if (this.#end !== undefined) return Promise.reject(gaveUp())
    if (withdrawn?.aborted === true) return Promise.reject(askWithdrawn())
    const ahead = name === undefined ? undefined : this.#supply.get(name)
    if (name !== undefined && ahead !== undefined) {
      this.#supply.delete(name)
      return Promise.resolve(ahead)
    }
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    const ask = { request, answered: resolve, failed: reject }
    const key = name ?? `ask-${++this.#names}`
    this.#asks.set(key, ask)
    withdrawn?.addEventListener('abort', () => {
      if (this.#asks.get(key) === ask) this.#asks.delete(key)
      reject(askWithdrawn())
    })
    this.#gather()
    return promise
  }

  /**
   * Takes a place among what the client is asked at once, also while that is being decided. What is
   * returned gives it back.
   * @throws PortcullisError `CLIENT_BUSY`.
   */
  takePlace(): () => void {
    const { asksPerCall } = this.#limits
    if (this.#places >= asksPerCall) {
      throw new PortcullisError('CLIENT_BUSY', `${asksPerCall} questions are open`)
    }
    this.#places++
    return () => void this.#places--
  }

  /** Resolves when the client comes back, asked for nothing. */
  pause(): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(gaveUp())
    this.#paused = Promise.withResolvers()
    this.#gather()
    return this.#paused.promise
  }

  /** Ends it: what is asked fails, and whoever carries it out is told. */
  cancel(code: ErrorCode): void {
    const error = new PortcullisError(code, 'nobody waits for the result any more')
    this.#finish({ kind: 'failed', error })
    this.#stop.abort()
  }

  /** The first end counts. */
  #finish(end: Turn): void {
    if (this.#end !== undefined) return
    this.#end = end
    clearTimeout(this.#gathering)
    this.#turn.resolve(end)
    for (const { failed } of this.#asks.values()) failed(gaveUp())
    this.#asks.clear()
    this.#paused?.reject(gaveUp())
    this.#ended.resolve()
  }

  /** A server asks several things at once, but they come one after the other. */
  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.#flush()
    }, this.#limits.inputGatherMs)
  }

  #flush(): void {
    if (this.#asks.size === 0 && this.#paused === undefined) return
    if (++this.#rounds > this.#limits.inputRounds) {
      this.cancel('UPSTREAM_PROTOCOL')
      return
    }
    const asked = [...this.#asks].map(([name, { request }]) => [name, { ...request }] as const)
    this.#turn.resolve({ kind: 'asks', requests: Object.fromEntries(asked) })
  }
}

function gaveUp(): PortcullisError {
  return new PortcullisError('CLIENT_SILENT', 'nobody is there to be asked')
}
