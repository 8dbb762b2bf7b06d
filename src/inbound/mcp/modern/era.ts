import type { IncomingHttpHeaders } from 'node:http'
import { isJsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { RpcMessage } from '../../../kernel/jsonrpc/message.ts'
import { MCP_VERSIONS, textOf } from '../request-headers.ts'

/** Revisions whose requests stand alone: no opening, no session. The newest first. */
export const MODERN_VERSIONS = ['2026-07-28'] as const

/** Every revision that the door speaks, as a client is told that asked in another. */
export const ALL_VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...MCP_VERSIONS]

/** Members of `_meta` that the protocol keeps for itself (MCP 2026-07-28, basic). */
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  client: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  server: 'io.modelcontextprotocol/serverInfo',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const

/**
 * Does this message stand alone? Its body says so by the revision in its `_meta`. Where it names
 * none, its header does, or a method that there was none of before.
 */
export function isModern(message: RpcMessage, headers: IncomingHttpHeaders): boolean {
  if (message.kind !== 'response') {
    if (declaredVersion(message.params._meta) !== undefined) return true
    if (message.kind === 'request' && message.method === 'server/discover') return true
  }
  return isModernHeader(headers)
}

/** Is the revision in the header one of these? What no header names is of the era before. */
export function isModernHeader(headers: IncomingHttpHeaders): boolean {
  const version = textOf(headers['mcp-protocol-version'])
  return MODERN_VERSIONS.some((known) => known === version)
}

/** Whatever stands where the revision belongs, if anything does. */
export function declaredVersion(meta: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(meta) ? meta[META.version] : undefined
}
