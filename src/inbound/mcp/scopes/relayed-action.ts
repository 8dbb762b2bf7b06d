import type { Action, ToolCall } from '../../../kernel/action.ts'
import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import { MCP_METHOD, type McpRequest } from '../../../kernel/mcp/mcp-action.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { isOwnToolName, TOOL_NAME } from '../tool-name.ts'

/**
 * What a message asks of one server. Whether that offers such a thing is not asked: the guard
 * judges every name, so that none can be told from a forbidden one.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN`, `REQUEST_INVALID`.
 */
export function relayedAction(server: string, message: McpMessage): Action {
  const { method, params } = message
  return method === 'tools/call' ? relayedCall(server, params) : relayedRequest(server, message)
}

function relayedCall(server: string, params: JsonObject): ToolCall {
  const { name: tool } = params
  if (typeof tool !== 'string' || !isOwnToolName(server, tool)) {
    throw new PortcullisError('REQUEST_INVALID', `\`name\` does not match ${TOOL_NAME}`)
  }
  return { kind: 'tool.call', server, tool, ...callParts(params) }
}

/** Any other method. @throws PortcullisError `REQUEST_METHOD_UNKNOWN` for what has no name. */
export function relayedRequest(server: string, { method, params }: McpMessage): McpRequest {
  // What policies could not name, or could take for another, is not passed on.
  if (!MCP_METHOD.test(method)) {
    throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `the method \`${method}\` is not served`)
  }
  const { _meta, ...args } = params
  return { kind: 'mcp.request', server, method, args, ...besideOf({ _meta }) }
}

/**
 * The arguments of `tools/call`, and what stands beside them.
 * @throws PortcullisError `REQUEST_INVALID`.
 */
export function callParts(params: JsonObject): Pick<ToolCall, 'args' | 'beside'> {
  const { name: _, arguments: args = {}, ...beside } = params
  if (!isJsonObject(args)) throw new PortcullisError('REQUEST_INVALID', '`arguments` is an object')
  return { args, ...besideOf(beside) }
}

function besideOf(members: Partial<JsonObject>): { readonly beside?: JsonObject } {
  const beside = withoutToken(members)
  return Object.keys(beside).length === 0 ? {} : { beside }
}

/** Without the token for progress: what goes to a server bears one of the runtime's own. */
export function withoutToken({ _meta, ...rest }: Partial<JsonObject>): JsonObject {
  const { progressToken: _, ...meta } = isJsonObject(_meta) ? _meta : {}
  return { ...rest, ...(Object.keys(meta).length > 0 && { _meta: meta }) } as JsonObject
}
