import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import { LOG_LEVELS } from '../../../kernel/mcp/log-level.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { isLegacy } from '../modern/capabilities.ts'
import { META, metaOf } from '../modern/revision.ts'

/**
 * How much of its log a server with sessions is to tell, where clients say it with each request
 * (MCP 2026-07-28, logging). A session has one level, and requests that want different ones may be
 * under way at once: it is only ever raised to tell more, and each client is told what its own
 * request wants. So a session hears of it once for each level at most, and not with every call.
 */
export class RaisedLevel {
  readonly #set: (request: McpMessage) => Promise<void>
  readonly #levels: readonly unknown[] = LOG_LEVELS
  #rank: number = LOG_LEVELS.length
  #setting: Promise<void> | undefined

  /** `set` tells the server, and never rejects. */
  constructor(set: (request: McpMessage) => Promise<void>) {
    this.#set = set
  }

  /** Resolves when the server knows what this request wants; nothing where it need not be told. */
  raise({ params }: McpMessage, server: JsonObject): Promise<void> | undefined {
    if (params._meta === undefined) return undefined
    const { [META.logLevel]: level } = metaOf(params)
    const rank = this.#levels.indexOf(level)
    if (rank === -1 || !keepsLevel(server)) return undefined
    if (rank < this.#rank) {
      this.#rank = rank
      const request = { method: 'logging/setLevel', params: { level: String(level) } }
      const before = this.#setting ?? Promise.resolve()
      this.#setting = before.then(() => this.#set(request))
    }
    return this.#setting
  }
}

/** Has it sessions, and a log? */
function keepsLevel({ protocolVersion, capabilities }: JsonObject): boolean {
  if (typeof protocolVersion !== 'string' || !isLegacy({ protocolVersion })) return false
  return isJsonObject(capabilities) && isJsonObject(capabilities.logging)
}
