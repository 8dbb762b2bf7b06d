import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import { TOOL_PAGES_LIMIT, TOOLS_LIMIT, TOOLS_LIMIT_CHARS } from './options.ts'
import { protocol } from './server-message.ts'
import type { Transport } from './transport.ts'

/** Definitions by name, each as the server sent it. */
export type Tools = ReadonlyMap<string, JsonObject>

/**
 * All pages of a server's tools. Of two tools with one name the first counts.
 * @throws PortcullisError `UPSTREAM_PROTOCOL` for a list that is malformed or has no end, and as
 * `Transport.request`, when it is not there by `deadline` (of `performance.now()`).
 */
export async function listTools(transport: Transport, deadline: number): Promise<Tools> {
  const tools = new Map<string, JsonObject>()
  let cursor: string | undefined
  let chars = 0
  for (let page = 0; page < TOOL_PAGES_LIMIT; page++) {
    const params = cursor === undefined ? {} : { cursor }
    const listed = await transport.request(
      { method: 'tools/list', params },
      { waitMs: remainingMs(deadline) },
    )
    for (const tool of toolsOf(listed)) {
      chars += JSON.stringify(tool).length
      if (!tools.has(tool.name)) tools.set(tool.name, tool)
    }
    if (tools.size > TOOLS_LIMIT || chars > TOOLS_LIMIT_CHARS) break
    if (typeof listed.nextCursor !== 'string') return tools
    cursor = listed.nextCursor
  }
  throw protocol('the server lists more tools than can be taken')
}

/** Milliseconds until a point of `performance.now()`, at least one. */
export function remainingMs(deadline: number): number {
  return Math.max(1, Math.ceil(deadline - performance.now()))
}

interface NamedTool extends JsonObject {
  readonly name: string
}

function toolsOf({ tools }: JsonObject): readonly NamedTool[] {
  if (Array.isArray(tools) && tools.every(isNamed)) return tools
  throw protocol('the server lists what are no tools')
}

function isNamed(tool: unknown): tool is NamedTool {
  return isJsonObject(tool) && typeof tool.name === 'string'
}
