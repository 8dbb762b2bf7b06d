import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { Tools } from '../list-tools.ts'
import { OWN_TOOLS_LIMIT_CHARS, TOOLS_LIMIT } from '../options.ts'
import { protocol } from '../server-message.ts'

/** What the tools that only single links have take together, of one server. */
export interface OwnChars {
  chars: number
}

interface Kept {
  readonly definition: JsonObject
  /** What it takes, where no other link has it. */
  readonly chars: number
}

/**
 * The tools as they were last listed on one link. Those that are as the runtime's own link has them
 * are kept once; the others count.
 */
export class LinkTools {
  readonly #common: () => Tools
  readonly #total: OwnChars
  #kept = new Map<string, Kept>()
  /** Names of the list that is being read, from its first page on. */
  #seen: Set<string> | undefined

  constructor(common: () => Tools, total: OwnChars) {
    this.#common = common
    this.#total = total
  }

  get listed(): boolean {
    return this.#kept.size > 0
  }

  get(tool: string): JsonObject | undefined {
    return this.#kept.get(tool)?.definition
  }

  /**
   * Takes a page of `tools/list`, and gives it back with what is kept of it. A list that was read
   * to its end replaces the one before.
   * @throws PortcullisError `UPSTREAM_PROTOCOL` when there are more than can be kept.
   */
  take(page: JsonObject, cursor: JsonValue | undefined): JsonObject {
    if (!Array.isArray(page.tools)) return page
    if (cursor === undefined) this.#seen = new Set()
    const tools = page.tools.map((tool) => this.#takeOne(tool))
    if (typeof page.nextCursor !== 'string') this.#forgetUnseen()
    return { ...page, tools }
  }

  /** Takes a whole list. Is it another than before? */
  replace(tools: Tools): boolean {
    const before = new Map([...this.#kept].map(([name, { definition }]) => [name, definition]))
    const changed = !isDeepStrictEqual(tools, before)
    this.clear()
    for (const [name, definition] of tools) this.#keep(name, definition)
    return changed
  }

  clear(): void {
    for (const name of [...this.#kept.keys()]) this.#forget(name)
    this.#seen = undefined
  }

  #takeOne(tool: JsonValue): JsonValue {
    if (!isJsonObject(tool) || typeof tool.name !== 'string') return tool
    // Of two tools with one name the first counts.
    if (this.#seen?.has(tool.name)) return tool
    this.#seen?.add(tool.name)
    return this.#keep(tool.name, tool)
  }

  #keep(name: string, definition: JsonObject): JsonObject {
    const common = this.#common().get(name)
    const before = this.#kept.get(name)?.definition
    this.#forget(name)
    if (common !== undefined && isDeepStrictEqual(common, definition)) {
      this.#kept.set(name, { definition: common, chars: 0 })
      return common
    }
    const own = before !== undefined && isDeepStrictEqual(before, definition) ? before : definition
    const chars = JSON.stringify(own).length
    this.#total.chars += chars
    this.#kept.set(name, { definition: own, chars })
    if (this.#kept.size <= TOOLS_LIMIT && this.#total.chars <= OWN_TOOLS_LIMIT_CHARS) return own
    this.clear()
    throw protocol('the server lists more tools than can be kept')
  }

  #forget(name: string): void {
    this.#total.chars -= this.#kept.get(name)?.chars ?? 0
    this.#kept.delete(name)
  }

  #forgetUnseen(): void {
    const seen = this.#seen
    this.#seen = undefined
    if (seen === undefined) return
    for (const name of [...this.#kept.keys()]) if (!seen.has(name)) this.#forget(name)
  }
}
