import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import { LOG_LEVELS } from '../../../kernel/mcp/log-level.ts'
import { METHOD_NOT_FOUND } from '../../../kernel/mcp/peer-error.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { TASKS } from './capabilities.ts'
import { refused } from './refusals.ts'
import type { Subscription } from './subscription.ts'

const LEVELS: ReadonlySet<unknown> = new Set(LOG_LEVELS)

/**
 * Methods that only servers with sessions have. A server without is asked for the same in its own
 * way, so that a client of an older revision finds what it knows. To follow a task is a method for
 * the runtime alone: clients name tasks in the stream that they open.
 */
export class LegacyMethods {
  readonly #subscription: Subscription
  capabilities: JsonObject = {}
  /** What `logging/setLevel` asked for. */
  logLevel: string | undefined

  constructor(subscription: Subscription) {
    this.#subscription = subscription
  }

  /** The answer to such a method, `undefined` for every other. */
  answer({ method, params }: McpMessage): Promise<JsonObject> | undefined {
    switch (method) {
      case 'ping':
        return Promise.resolve({})
      case 'logging/setLevel':
        return this.#setLevel(params)
      case 'resources/subscribe':
        return this.#subscribe(params)
      case 'resources/unsubscribe':
        return this.#unsubscribe(params)
      case 'tasks/subscribe':
        return this.#followTask(params)
      case 'tasks/unsubscribe':
        return this.#unfollowTask(params)
      default:
        return undefined
    }
  }

  async #setLevel({ level }: JsonObject): Promise<JsonObject> {
    if (!isJsonObject(this.capabilities.logging)) throw unknownMethod()
    if (typeof level !== 'string' || !LEVELS.has(level)) throw refused('there is no such level')
    this.logLevel = level
    return {}
  }

  async #subscribe(params: JsonObject): Promise<JsonObject> {
    await this.#subscription.follow('resourceSubscriptions', this.#uriOf(params))
    return {}
  }

  async #unsubscribe(params: JsonObject): Promise<JsonObject> {
    this.#subscription.unfollow('resourceSubscriptions', this.#uriOf(params))
    return {}
  }

  async #followTask(params: JsonObject): Promise<JsonObject> {
    await this.#subscription.follow('taskIds', this.#taskOf(params))
    return {}
  }

  async #unfollowTask(params: JsonObject): Promise<JsonObject> {
    this.#subscription.unfollow('taskIds', this.#taskOf(params))
    return {}
  }

  #taskOf({ taskId }: JsonObject): string {
    const { extensions } = this.capabilities
    if (!isJsonObject(extensions) || !isJsonObject(extensions[TASKS])) throw unknownMethod()
    if (typeof taskId === 'string') return taskId
    throw refused('there is no `taskId`')
  }

  #uriOf({ uri }: JsonObject): string {
    const { resources } = this.capabilities
    if (!isJsonObject(resources) || resources.subscribe !== true) throw unknownMethod()
    if (typeof uri === 'string') return uri
    throw refused('there is no `uri`')
  }
}

function unknownMethod() {
  return refused('method not found', METHOD_NOT_FOUND)
}
