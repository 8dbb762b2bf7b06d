import type { ToolCall } from '../../kernel/action.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { METHOD_PREFIX } from '../../kernel/mcp/mcp-action.ts'

/** Server names of what is built in; no upstream may bear one. */
export const BUILT_IN_SERVERS: readonly string[] = ['memory', 'storage', 'acl']

/** Names of tools as agents see them: `<server>.<tool>`. */
export const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/

/** Whether a tool can be called by it: the operations of other methods are none of a tool. */
export function isToolName(name: string): boolean {
  return TOOL_NAME.test(name) && !name.slice(name.indexOf('.') + 1).startsWith(METHOD_PREFIX)
}

/** The same for the name that a server has for it. */
export function isOwnToolName(server: string, tool: string): boolean {
  return tool !== '' && isToolName(federatedName(server, tool))
}

export const SERVER_NAME = /^[a-z][a-z0-9_-]{0,31}$/

export function federatedName(server: string, tool: string): string {
  return `${server}.${tool}`
}

/** A call by federated name, split at its first dot; with no server where none is named. */
export function toolCall(name: string, args: JsonObject): ToolCall {
  const dot = name.indexOf('.')
  const server = name.slice(0, Math.max(dot, 0))
  if (!SERVER_NAME.test(server)) return { kind: 'tool.call', server: '', tool: name, args }
  return { kind: 'tool.call', server, tool: name.slice(dot + 1), args }
}
