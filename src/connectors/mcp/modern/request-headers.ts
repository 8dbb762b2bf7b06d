import type { JsonObject, JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { headerValue } from './header-value.ts'
import { META, metaOf } from './revision.ts'

/** The param that a method's requests are named after, in `Mcp-Name` (and SEP-2663, for tasks). */
const NAMED_AFTER: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/**
 * What of a message stands in its headers too (MCP 2026-07-28, request metadata).
 * @throws PortcullisError `UPSTREAM_REFUSED` when its name is too long to be sent.
 */
export function metadataHeaders({ method, params }: McpMessage): Record<string, string> {
  const revision = metaOf(params)[META.revision]
  const name = nameOf(method, params)
  return {
    ...(typeof revision === 'string' && { 'mcp-protocol-version': revision }),
    'mcp-method': headerValue(method),
    ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }),
  }
}

function nameOf(method: string, params: JsonObject): JsonValue | undefined {
  const member = Object.hasOwn(NAMED_AFTER, method) ? NAMED_AFTER[method] : undefined
  return member === undefined ? undefined : params[member]
}
