import type { TestContext } from 'node:test'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/kernel/json/value.ts'
import { type Asked, type Behaviour, type HttpUpstream, httpUpstream } from './http-upstream.ts'

const META = 'io.modelcontextprotocol/'
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
}

export const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  instructions: 'ask nicely',
  ttlMs: 1000,
  cacheScope: 'public',
  _meta: { [`${META}serverInfo`]: { name: 'modern', version: '3' } },
}

const USUAL: Behaviour = {
  'server/discover': ({ reply }) => reply(DISCOVERED),
  'tools/list': ({ reply }) => reply({ tools: [{ name: 'echo', inputSchema: {} }] }),
  'tools/call': ({ reply }) => reply({ resultType: 'complete', content: [] }),
  initialize: (asked) => refuse(asked, 400, { code: -32601, message: 'only 2026-07-28' }),
}

/**
 * A server of MCP 2026-07-28 over HTTP, written from the specification: it refuses what its headers
 * or its `_meta` do not say as they must.
 */
export function modernUpstream(
  t: TestContext,
  behaviour: Behaviour = {},
  port = 0,
): Promise<HttpUpstream> {
  const strict = Object.entries({ ...USUAL, ...behaviour }).map(([method, act]) => [
    method,
    (asked: Asked) => {
      const fault = method === 'initialize' ? undefined : faultOf(asked)
      if (fault === undefined) act(asked)
      else refuse(asked, 400, { code: -32020, message: fault })
    },
  ])
  return httpUpstream(t, Object.fromEntries(strict), port)
}

/** Answers with a status and an error. */
export function refuse({ message, response }: Asked, status: number, error: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id ?? null, error }))
}

export function metaOf({ message }: Pick<Asked, 'message'>): JsonObject {
  const params = isJsonObject(message.params) ? message.params : {}
  return isJsonObject(params._meta) ? params._meta : {}
}

export function paramsOf({ message }: Pick<Asked, 'message'>): JsonObject {
  return isJsonObject(message.params) ? message.params : {}
}

function faultOf(asked: Asked): string | undefined {
  const { headers, message } = asked
  const meta = metaOf(asked)
  const method = String(message.method)
  if (headers['mcp-protocol-version'] !== meta[`${META}protocolVersion`]) return 'the revision'
  if (headers['mcp-method'] !== method) return 'the method'
  if (!isJsonObject(meta[`${META}clientCapabilities`])) return 'the capabilities'
  if (headers['mcp-session-id'] !== undefined) return 'the session'
  if (headers.accept !== 'application/json, text/event-stream') return 'what is accepted'
  const name: JsonValue | undefined = paramsOf(asked)[NAMED[method] ?? '']
  if (decoded(headers['mcp-name']) !== name) return 'the name'
  return undefined
}

/** The value that a header stands for. */
export function decoded(header: string | string[] | undefined): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(String(header))?.[1]
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8')
  return typeof header === 'string' ? header : undefined
}
