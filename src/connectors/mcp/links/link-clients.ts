import type { McpClient, McpMessage } from '../../../pipeline/ports.ts'
import { CLIENTS_PER_LINK_LIMIT } from '../options.ts'

/** The clients of one agent that share a link, and those of them that hear what is said unasked. */
export class LinkClients {
  readonly #clients = new Map<string, McpClient>()
  readonly #listening = new Set<string>()

  /** Somebody hears what the server says meanwhile. */
  get heard(): boolean {
    return this.#listening.size > 0
  }

  get all(): ReadonlyMap<string, McpClient> {
    return this.#clients
  }

  /** Is it a new one? The oldest of too many makes room. */
  attach(client: McpClient): boolean {
    if (this.#clients.has(client.session)) return false
    const [oldest] = this.#clients.keys()
    if (oldest !== undefined && this.#clients.size >= CLIENTS_PER_LINK_LIMIT) {
      this.#clients.delete(oldest)
      this.#listening.delete(oldest)
    }
    this.#clients.set(client.session, client)
    return true
  }

  hear({ session }: McpClient): void {
    this.#listening.add(session)
  }

  /** Was it the last one? */
  leave({ session }: McpClient): boolean {
    this.#listening.delete(session)
    return this.#clients.delete(session) && this.#clients.size === 0
  }

  tell(server: string, notification: McpMessage): void {
    for (const client of this.#clients.values()) client.tell(server, notification)
  }
}
