import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { AboutClient, AboutServer } from '../../pipeline/ports.ts'
import { ANY_CAPABILITIES } from './declared.ts'
import { protocol } from './server-message.ts'

/** Revisions of MCP whose tools are called in the same way, the one asked for first. */
export const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/** The runtime itself. No capabilities: a server may ask nothing of it. */
export const ABOUT_RUNTIME: AboutClient = {
  protocolVersion: REVISIONS[0],
  capabilities: {},
  clientInfo: { name: 'portcullis', version: '1' },
}

/** The same where many agents share its session. What one of them declared, is looked at later. */
export const ABOUT_SHARED: AboutClient = { ...ABOUT_RUNTIME, capabilities: ANY_CAPABILITIES }

/** Parameters of `initialize`; a revision that has none is asked for as the newest that has. */
export function initializeParams(about: AboutClient): JsonObject {
  const { capabilities, clientInfo } = about
  const known = REVISIONS.find((revision) => revision === about.protocolVersion)
  return { protocolVersion: known ?? REVISIONS[0], capabilities, clientInfo }
}

export const INITIALIZED: JsonObject = { jsonrpc: '2.0', method: 'notifications/initialized' }

/**
 * The revision that the server chose in its answer to `initialize`.
 * @throws PortcullisError `UPSTREAM_PROTOCOL` when it is one that we do not speak.
 */
export function negotiated(
  { protocolVersion }: JsonObject,
  revisions: readonly string[] = REVISIONS,
): string {
  const revision = revisions.find((known) => known === protocolVersion)
  if (revision !== undefined) return revision
  throw protocol(`the server speaks none of the MCP revisions ${revisions.join(', ')}`)
}

/** What a server says of itself in its answer to `initialize`. */
export function aboutServer(answer: JsonObject): AboutServer {
  const { protocolVersion, capabilities, serverInfo, instructions, ...beside } = answer
  return {
    protocolVersion: String(protocolVersion),
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    serverInfo: isJsonObject(serverInfo) ? serverInfo : {},
    ...(typeof instructions === 'string' && { instructions }),
    beside,
  }
}
