import { PortcullisError } from '../../src/kernel/errors.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { AboutServer, McpClient, McpUpstreams } from '../../src/pipeline/ports.ts'

/** One server as a door comes to know it. */
export interface InMemoryServer {
  readonly about?: Partial<AboutServer>
  /** Pages by method, then by cursor; the first page has the cursor ''. */
  readonly lists?: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
  /** It answers nothing. */
  readonly hangs?: boolean
  readonly down?: boolean
}

/** Servers kept in memory, with what was asked of them in view. */
export interface InMemoryUpstreams extends McpUpstreams {
  /** The clients that something was opened for. */
  readonly clients: McpClient[]
  readonly left: McpClient[]
  readonly listened: McpClient[]
}

export const ABOUT: AboutServer = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {} },
  serverInfo: { name: 'desk', version: '3', icons: [{ src: 'x' }] },
  instructions: 'Knock first.',
  beside: { _meta: { 'example.com/x': 1 }, unheardOf: true },
}

export function inMemoryUpstreams(
  servers: Readonly<Record<string, InMemoryServer>>,
): InMemoryUpstreams {
  const clients: McpClient[] = []
  const left: McpClient[] = []
  const listened: McpClient[] = []
  const reach = (name: string, client: McpClient): InMemoryServer => {
    clients.push(client)
    const server = servers[name]
    if (server === undefined) throw new PortcullisError('UPSTREAM_UNKNOWN', 'no such server')
    if (server.down) throw new PortcullisError('UPSTREAM_UNAVAILABLE', 'it is down')
    return server
  }
  return {
    ...{ clients, left, listened },
    servers: () => Object.keys(servers),
    declared: (name) => {
      const server = servers[name]
      return server === undefined || server.down ? undefined : { ...ABOUT, ...server.about }
    },
    async about(name, client) {
      return { ...ABOUT, ...reach(name, client).about }
    },
    async list(name, { method, params }, { client }) {
      const server = reach(name, client)
      if (server.hangs) return new Promise(() => undefined)
      const page = server.lists?.[method]?.[String(params.cursor ?? '')]
      if (page !== undefined) return page
      throw new PortcullisError('UPSTREAM_REFUSED', 'no such list')
    },
    listen: (client) => void listened.push(client),
    leave: (client) => void left.push(client),
  }
}
