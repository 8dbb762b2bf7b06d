import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createMcpDoor, type McpDoor, type McpDoorOptions } from '../../src/inbound/mcp/door.ts'
import { createMcpServer, type McpServerOptions } from '../../src/inbound/mcp/server.ts'
import type { OfferedTool, ToolCatalog } from '../../src/inbound/mcp/tool-list.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { AnswerRooms } from '../../src/pipeline/answer-rooms.ts'
import type { Log, McpUpstreams } from '../../src/pipeline/ports.ts'
import { type InMemoryGate, inMemoryGate } from './in-memory-gate.ts'

/** A catalog that tests change. */
export interface InMemoryCatalog extends ToolCatalog {
  replace(tools: readonly OfferedTool[]): void
}

export const TOOLS: readonly OfferedTool[] = ['slack.post', 'slack.archive', 'files.read'].map(
  (name) => {
    const [server = '', tool = ''] = name.split('.')
    const definition = { name: tool, description: `${tool} it`, inputSchema: { type: 'object' } }
    return { server, tool, definition }
  },
)

export function inMemoryCatalog(tools: readonly OfferedTool[] = TOOLS): InMemoryCatalog {
  let current = tools
  const listeners = new Set<() => void>()
  return {
    tools: () => current,
    onChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    replace(next) {
      current = next
      for (const listener of listeners) listener()
    },
  }
}

export interface RunningDoorOptions
  extends Partial<
      Pick<McpDoorOptions, 'limits' | 'modernLimits' | 'clock' | 'standing' | 'answers'>
    >,
    Partial<Pick<McpServerOptions, 'allowedHosts' | 'allowedOrigins' | 'tls'>> {
  readonly gate?: InMemoryGate
  readonly namespaces?: readonly string[]
  readonly tools?: readonly OfferedTool[]
  readonly upstreams?: McpUpstreams
  readonly listener?: McpServerOptions['limits']
}

/** A door on a loopback port, in this process. */
export interface RunningDoor {
  readonly server: FastifyInstance
  readonly door: McpDoor
  readonly gate: InMemoryGate
  readonly catalog: InMemoryCatalog
  readonly port: number
  readonly url: string
  readonly logged: string[]
  /** Posts one message, or text as it is, as this agent. */
  post(message: JsonObject | string, headers?: Record<string, string>): Promise<Reply>
  /** Opens a session of `sales` unless headers say otherwise, and gives its headers. */
  open(headers?: Record<string, string>): Promise<Record<string, string>>
  /** The same door at `/mcp/NAME`. */
  at(server: string): ServedAt
}

/** One address of a door. */
export interface ServedAt {
  readonly url: string
  post(message: JsonObject | string, headers?: Record<string, string>): Promise<Reply>
  /** Opens a session of a client that says this of itself. */
  open(about?: JsonObject, headers?: Record<string, string>): Promise<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look deep into answers
  readonly body: any
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'open',
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  },
}

export const as = (agent: string) => ({ authorization: `Bearer ${agent}-token` })

export const request = (method: string, params: JsonObject = {}, id: JsonValue = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})

/** Runs until the test ends. */
export async function runningDoor(
  test: TestContext,
  options: RunningDoorOptions = {},
): Promise<RunningDoor> {
  const { allowedHosts = [], allowedOrigins = [], tls, listener, namespaces = [], limits } = options
  const { upstreams, modernLimits, standing } = options
  const gate = options.gate ?? inMemoryGate()
  const catalog = inMemoryCatalog(options.tools)
  const logged: string[] = []
  const log = loggingTo(logged)
  let ms = 0
  const clock = options.clock ?? { now: () => ms++, elapsed: () => ms++ }
  const door = createMcpDoor({
    ...{ gate, log, clock, version: '0.0.0', answers: options.answers ?? new AnswerRooms() },
    offers: new Map([[DEFAULT_TENANT, { catalog, namespaces, ...(upstreams && { upstreams }) }]]),
    ...(limits && { limits }),
    ...(modernLimits && { modernLimits }),
    ...(standing && { standing }),
  })
  const server = createMcpServer({
    ...{ gate, log, allowedHosts, allowedOrigins },
    ...(tls && { tls }),
    ...(listener && { limits: listener }),
  })
  await server.register(door.routes)
  await server.listen({ host: '127.0.0.1', port: 0 })
  test.after(() => {
    const closed = server.close()
    // Connections that clients merely keep hold nobody up, as in the runtime.
    server.server.closeAllConnections()
    return closed
  })
  const { port } = server.server.address() as AddressInfo
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}/mcp`
  const post = (message: JsonObject | string, headers: Record<string, string> = {}) =>
    postTo(url, message, headers)
  const open = async (headers: Record<string, string> = as('sales')) => {
    const { headers: given } = await post(INITIALIZE, headers)
    const id = given.get('mcp-session-id')
    assert.ok(id, 'a session is opened')
    return { ...headers, 'mcp-session-id': id }
  }
  const at = (name: string) => servedAt(`${url}/${name}`)
  return { server, door, gate, catalog, port, url, logged, post, open, at }
}

function servedAt(url: string): ServedAt {
  const post: ServedAt['post'] = (message, headers = {}) => postTo(url, message, headers)
  return {
    url,
    post,
    async open(about = {}, headers = as('sales')) {
      const opening = { ...INITIALIZE, params: { ...INITIALIZE.params, ...about } }
      const { headers: given } = await post(opening, headers)
      const id = given.get('mcp-session-id')
      assert.ok(id, 'a session is opened')
      return { ...headers, 'mcp-session-id': id }
    },
  }
}

async function postTo(
  url: string,
  message: JsonObject | string,
  headers: Record<string, string>,
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
  const text = await response.text()
  const body = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, body }
}

function loggingTo(lines: string[]): Log {
  const write = (event: string) => {
    lines.push(event)
  }
  return { info: write, warn: write, error: write }
}
