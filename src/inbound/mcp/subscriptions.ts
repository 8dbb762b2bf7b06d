import { PortcullisError } from '../../kernel/errors.ts'
import type { DoorLimits } from './limits.ts'

export type SubscriptionLimits = Pick<DoorLimits, 'subscriptionsPerSession'>

/**
 * Which resources one session is told the changes of, by the URIs of their servers. Sessions of one
 * agent may share what a server keeps for it: what another one subscribed to is not for this one.
 */
export class Subscriptions {
  readonly #limit: number
  readonly #uris = new Map<string, Set<string>>()
  #size = 0

  constructor({ subscriptionsPerSession }: SubscriptionLimits) {
    this.#limit = subscriptionsPerSession
  }

  /** @throws PortcullisError `SUBSCRIPTION_LIMIT`. */
  add(server: string, uri: string): void {
    if (this.has(server, uri)) return
    const uris = this.#uris.get(server) ?? new Set()
    if (this.#size >= this.#limit) {
      throw new PortcullisError('SUBSCRIPTION_LIMIT', `the session has ${this.#limit} already`)
    }
    this.#size++
    this.#uris.set(server, uris.add(uri))
  }

  has(server: string, uri: string): boolean {
    return this.#uris.get(server)?.has(uri) === true
  }

  remove(server: string, uri: string): void {
    if (this.#uris.get(server)?.delete(uri) === true) this.#size--
  }

  /** MCP, resources: what changes may be a part of what was subscribed to. */
  covers(server: string, uri: string): boolean {
    for (const own of this.#uris.get(server) ?? []) if (uri.startsWith(own)) return true
    return false
  }
}
