import type { JsonObject, JsonValue } from '../json/value.ts'

/** What a client asks of an MCP server beside its tools: any method that an agent may use. */
export interface McpRequest {
  readonly kind: 'mcp.request'
  readonly server: string
  /** As MCP names it: `resources/read`. */
  readonly method: string
  /** The params, without `_meta`. */
  readonly args: JsonObject
  readonly beside?: JsonObject
}

/** What an MCP server asks of its client: a completion of its model, a word of its user. */
export interface ClientRequest {
  readonly kind: 'client.request'
  readonly server: string
  /** As MCP names it: `sampling/createMessage`. */
  readonly method: string
  readonly args: JsonObject
}

export type McpAction = McpRequest | ClientRequest

/** What stands before the method in the names of these operations; no tool may begin with it. */
export const METHOD_PREFIX = 'mcp.'

/** Methods that can be named in policies: a dot in one would be read as a slash in another. */
export const MCP_METHOD = /^(?=.{1,128}$)[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/

/** `desk.mcp.resources.read`: no tool of a server has such a name. */
export function mcpOperation({ server, method }: McpAction): string {
  return `${server}.${METHOD_PREFIX}${method.replaceAll('/', '.')}`
}

/** What is acted on: a resource by its URI, a prompt by its name, else the server. */
export function mcpResource({ server, method, args }: McpAction): {
  readonly type: 'resource' | 'prompt' | 'server'
  readonly id: string
} {
  if (method.startsWith('resources/') && typeof args.uri === 'string') {
    return { type: 'resource', id: `${server}:${args.uri}` }
  }
  if (method.startsWith('prompts/') && typeof args.name === 'string') {
    return { type: 'prompt', id: `${server}.${args.name}` }
  }
  return { type: 'server', id: server }
}

const NAMING = ['uri', 'name', 'ref'] as const

/** With other arguments; what names the target stays as it was decided on. */
export function withMcpArgs<A extends McpAction>(action: A, args: JsonObject): A {
  const named: Record<string, JsonValue> = {}
  for (const member of NAMING) {
    const value = action.args[member]
    if (value !== undefined) named[member] = value
  }
  return { ...action, args: { ...args, ...named } }
}
