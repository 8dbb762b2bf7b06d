import type { McpMessage } from '../../../pipeline/ports.ts'
import { SUBSCRIPTIONS_LIMIT } from '../options.ts'

/** What a session keeps for its client, so that the next one can be told it again. */
export class KeptState {
  /** By what is followed: a resource, or a task. */
  readonly #subscribed = new Map<string, McpMessage>()
  #level: McpMessage | undefined

  /** Notes a request that the server has answered. */
  note(request: McpMessage): void {
    const { method, params } = request
    if (method === 'logging/setLevel') this.#level = request
    const [, kind, change] = SUBSCRIBING.exec(method) ?? []
    const name = kind === 'tasks' ? params.taskId : params.uri
    if (typeof name !== 'string') return
    const followed = `${kind} ${name}`
    if (change === 'unsubscribe') this.#subscribed.delete(followed)
    if (change !== 'subscribe') return
    if (this.#subscribed.size < SUBSCRIPTIONS_LIMIT) this.#subscribed.set(followed, request)
  }

  /** Does it wait for what the server will say? */
  get waits(): boolean {
    return this.#subscribed.size > 0 || this.#level !== undefined
  }

  /** What a new session has to be asked. */
  requests(): readonly McpMessage[] {
    return [...(this.#level === undefined ? [] : [this.#level]), ...this.#subscribed.values()]
  }
}

const SUBSCRIBING = /^(resources|tasks)\/(subscribe|unsubscribe)$/
