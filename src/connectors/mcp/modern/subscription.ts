import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { Gone, McpMessage } from '../../../pipeline/ports.ts'
import { OPENING_WAIT_MS, retryWaitMs, STEADY_MS } from '../options.ts'
import { unavailable } from '../server-message.ts'
import { SUBSCRIPTIONS_LIMIT } from './limits.ts'
import { refused } from './refusals.ts'

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
const UPDATED = 'notifications/resources/updated'
/** SEP-2663, task status notifications. */
const TASK = 'notifications/tasks'

/** The member of a filter that lets a notification through. */
const FILTERED_BY: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
  [UPDATED]: 'resourceSubscriptions',
  [TASK]: 'taskIds',
}

/** Members of a filter that name what is followed. */
export type Followed = 'resourceSubscriptions' | 'taskIds'
const FOLLOWED: readonly Followed[] = ['resourceSubscriptions', 'taskIds']

export interface SubscriptionOptions {
  /** Sends the request; resolves when the server ends the stream, rejects when it breaks. */
  listen(params: JsonObject, stream: StreamOptions): Promise<JsonObject>
  told(notification: McpMessage): void
  /** How a task is now. */
  task(taskId: string): Promise<JsonObject>
}

export interface StreamOptions {
  readonly cancelled: Gone
  told(notification: McpMessage): void
}

interface Stream {
  readonly filter: JsonObject
  readonly cancel: AbortController
  readonly since: number
  /** Resolves with what the server agreed to tell. */
  readonly acknowledged: Promise<JsonObject>
  over: boolean
}

/**
 * What a server says unasked: one stream for all that is wanted of it (MCP 2026-07-28,
 * subscriptions). Another one takes its place when something else is wanted, or when it has ended.
 */
export class Subscription {
  readonly #options: SubscriptionOptions
  readonly #followed = { resourceSubscriptions: new Set<string>(), taskIds: new Set<string>() }
  #lists: JsonObject = {}
  readonly #streams = new Set<Stream>()
  #current: Stream | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #rest: NodeJS.Timeout | undefined
  #failures = 0
  #stopped = false

  constructor(options: SubscriptionOptions) {
    this.#options = options
  }

  /** Changes of these lists are wanted. Resolves when they are told, or will not be. */
  async want(lists: JsonObject): Promise<void> {
    this.#lists = lists
    await this.#sync().catch((error: unknown) => this.#failed(error))
  }

  /** @throws PortcullisError as `Transport.request`, when the server does not agree. */
  async follow(what: Followed, name: string): Promise<void> {
    const names = this.#followed[what]
    if (names.size >= SUBSCRIPTIONS_LIMIT) throw refused('too much is followed')
    names.add(name)
    try {
      const agreed = await this.#sync()
      if (namesIn(agreed, what).includes(name)) return
      throw refused('the server does not tell of changes of that')
    } catch (error) {
      names.delete(name)
      throw error
    }
  }

  unfollow(what: Followed, name: string): void {
    if (!this.#followed[what].delete(name)) return
    this.#sync().catch((error: unknown) => this.#failed(error))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#rest)
    for (const { cancel } of this.#streams) cancel.abort()
  }

  /** One after another: of many changes at once, the first stream after them serves all. */
  #sync(): Promise<JsonObject> {
    const synced = this.#queue.then(() => this.#change())
    this.#queue = synced.catch(() => undefined)
    return synced
  }

  async #change(): Promise<JsonObject> {
    const filter = this.#wanted()
    const replaced = this.#current
    if (replaced !== undefined && sameFilter(replaced.filter, filter)) return replaced.acknowledged
    if (Object.keys(filter).length === 0) {
      this.#current = undefined
      replaced?.cancel.abort()
      return {}
    }
    const stream = this.#open(filter)
    const agreed = await stream.acknowledged
    clearTimeout(this.#rest)
    this.#current = stream
    replaced?.cancel.abort()
    if (stream.over) this.#ended(stream)
    return agreed
  }

  #wanted(): JsonObject {
    const { resourceSubscriptions: uris, taskIds } = this.#followed
    return {
      ...this.#lists,
      ...(uris.size > 0 && { resourceSubscriptions: [...uris] }),
      ...(taskIds.size > 0 && { taskIds: [...taskIds] }),
    }
  }

  #open(filter: JsonObject): Stream {
    if (this.#stopped) throw unavailable('the connection is being closed')
    const cancel = new AbortController()
    const { promise: acknowledged, resolve, reject } = Promise.withResolvers<JsonObject>()
    const stream: Stream = { filter, cancel, since: performance.now(), acknowledged, over: false }
    this.#streams.add(stream)
    let agreed: JsonObject | undefined
    const told = (notification: McpMessage) => {
      if (notification.method === ACKNOWLEDGED) {
        agreed ??= agreement(filter, notification.params.notifications)
        resolve(agreed)
      } else if (agreed !== undefined && lets(agreed, notification)) {
        this.#options.told(notification)
      }
    }
    const late = setTimeout(() => {
      reject(new PortcullisError('UPSTREAM_TIMEOUT', 'the server did not begin to listen'))
      cancel.abort()
    }, OPENING_WAIT_MS)
    const ended = (error: unknown) => {
      clearTimeout(late)
      reject(error)
      stream.over = true
      this.#streams.delete(stream)
      this.#ended(stream)
    }
    void acknowledged.then(() => clearTimeout(late)).catch(() => undefined)
    this.#options
      .listen({ notifications: filter }, { cancelled: cancel.signal, told })
      .then(() => ended(unavailable('the server ended its stream')), ended)
    return stream
  }

  #ended(stream: Stream): void {
    if (stream !== this.#current) return
    this.#current = undefined
    if (performance.now() - stream.since >= STEADY_MS) this.#failures = 0
    this.#again()
  }

  #failed(error: unknown): void {
    // Whoever refuses to listen will refuse again.
    if (error instanceof PortcullisError && error.code === 'UPSTREAM_REFUSED') return
    if (this.#current === undefined) this.#again()
  }

  #again(): void {
    if (this.#stopped) return
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => void this.#reopen(), retryWaitMs(this.#failures++))
  }

  /** What came in between was missed: everything may have changed. */
  async #reopen(): Promise<void> {
    try {
      const agreed = await this.#sync()
      for (const [method, member] of Object.entries(FILTERED_BY)) {
        if (agreed[member] === true) this.#options.told({ method, params: {} })
      }
      for (const uri of namesIn(agreed, 'resourceSubscriptions')) {
        this.#options.told({ method: UPDATED, params: { uri } })
      }
      // One that is gone by now is found so by whoever asks for it.
      await Promise.allSettled(namesIn(agreed, 'taskIds').map((id) => this.#tellTask(id)))
    } catch (error) {
      this.#failed(error)
    }
  }

  /** SEP-2663: it is told as it would be answered. */
  async #tellTask(taskId: string): Promise<void> {
    const { resultType: _, ...params } = await this.#options.task(taskId)
    this.#options.told({ method: TASK, params: { ...params, taskId } })
  }
}

/** What a server agreed to, of what was asked for: it can add nothing. */
function agreement(filter: JsonObject, said: JsonValue | undefined): JsonObject {
  if (!isJsonObject(said)) return {}
  const agreed: Record<string, JsonValue> = {}
  for (const [member, wanted] of Object.entries(filter)) {
    if (wanted === true && said[member] === true) agreed[member] = true
  }
  for (const what of FOLLOWED) {
    const told = new Set(namesIn(said, what))
    const names = namesIn(filter, what).filter((name) => told.has(name))
    if (names.length > 0) agreed[what] = names
  }
  return agreed
}

/** A resource may be a part of one that is followed: which, only the server knows. */
function lets(agreed: JsonObject, { method, params }: McpMessage): boolean {
  if (method === TASK) return namesIn(agreed, 'taskIds').includes(String(params.taskId))
  const member = Object.hasOwn(FILTERED_BY, method) ? FILTERED_BY[method] : undefined
  return member !== undefined && member in agreed
}

function namesIn(filter: JsonObject, what: Followed): readonly string[] {
  const names = filter[what]
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function sameFilter(one: JsonObject, other: JsonObject): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
