import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { AboutClient } from '../../../pipeline/ports.ts'
import { mirroredCapabilities } from './capabilities.ts'

/** Revisions without sessions that we speak, the one asked for first. */
export const MODERN_REVISIONS = ['2026-07-28'] as const

/** What asks a server of itself, in place of `initialize`. */
export const DISCOVER = 'server/discover'
/** What has a server tell of changes, in place of the stream of a session. */
export const LISTEN = 'subscriptions/listen'

/** Members of `_meta` that the protocol reserves (MCP 2026-07-28, basic). */
export const META = {
  revision: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const

export interface Metadata {
  readonly about: AboutClient
  readonly revision: string
  /** The level of a legacy client, unless the request has one of its own. */
  readonly logLevel: string | undefined
  readonly progressToken: string | undefined
}

/** The params of a request with what every request has to say of its client. */
export function withMetadata(
  params: JsonObject,
  { about, revision, logLevel, progressToken }: Metadata,
): JsonObject {
  const { progressToken: _, ...given } = metaOf(params)
  const meta = {
    ...(logLevel !== undefined && { [META.logLevel]: logLevel }),
    ...given,
    [META.revision]: revision,
    [META.clientInfo]: about.clientInfo,
    [META.capabilities]: mirroredCapabilities(about),
    ...(progressToken !== undefined && { progressToken }),
  }
  return { ...params, _meta: meta }
}

export function metaOf({ _meta }: JsonObject): JsonObject {
  return isJsonObject(_meta) ? _meta : {}
}
