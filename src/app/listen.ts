import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { SessionsOf } from '../pipeline/ports.ts'
import type { Parts } from './compose.ts'
import {
  createIntrospectionDoor,
  createMcpDoor,
  createMcpServer,
  createTilesDoor,
  createTrustDoor,
} from './parts.ts'
import { publishedLogs } from './publish-logs.ts'
import { VERSION } from './version.ts'

/** Where agents come in, listening. */
export interface Listening {
  /** `http://127.0.0.1:7070`, with the port that was really taken. */
  readonly address: string
  /** Tells every agent that its tools may be others now. */
  notifyListChanged(): void
  /** What agents have open. */
  readonly sessions: SessionsOf
  close(): Promise<void>
}

/** Opens the doors for agents. */
export async function listen(parts: Parts): Promise<Listening> {
  const { config, gate, log, servers, standing } = parts
  const { host, port, allowedHosts, allowedOrigins, tls } = config.listen.mcp
  const server = createMcpServer({
    ...{ gate, log, allowedHosts, allowedOrigins },
    ...(tls === undefined ? {} : { tls: { cert: read(tls.cert), key: read(tls.key) } }),
  })
  const catalog = { tools: () => servers.tools(), onChanged: servers.onToolsChanged }
  const { clock } = parts.ports
  const namespaces = Object.keys(config.memory)
  const door = createMcpDoor({
    ...{ gate, catalog, log, clock, namespaces, version: VERSION, standing },
  })
  const close = closer(server)
  await server.register(door.routes)
  await server.register(
    createIntrospectionDoor({ gate, log, secrets: introspectionSecrets(parts) }),
  )
  const { trust } = parts.keyDesk
  await server.register(createTrustDoor({ file: (version) => trust.file(version) }))
  const logs = publishedLogs(config.ledger.publish, parts.ledger, parts.reader)
  if (logs !== undefined) await server.register(createTilesDoor(logs))
  await server.listen({ host, port })
  const scheme = tls === undefined ? 'http' : 'https'
  const { port: taken } = server.server.address() as AddressInfo
  return {
    address: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    notifyListChanged: () => door.notifyListChanged(),
    sessions: door.sessions,
    close,
  }
}

/** How long calls under way may take to be answered when the runtime stops, in milliseconds. */
export const CLOSING_WAIT_MS = 5_000

/**
 * Takes no more requests, lets those under way be answered, then cuts. Node alone would wait for
 * connections that a client merely keeps. Outcomes are recorded either way.
 */
function closer(server: FastifyInstance): () => Promise<void> {
  const listener = server.server
  const underWay = new Set<ServerResponse>()
  let closing = false
  const settle = () => {
    if (closing && underWay.size === 0) listener.closeAllConnections()
  }
  listener.on('request', (_request, response) => {
    underWay.add(response)
    response.once('close', () => {
      underWay.delete(response)
      settle()
    })
  })
  return async () => {
    const cut = setTimeout(() => listener.closeAllConnections(), CLOSING_WAIT_MS)
    const closed = server.close()
    closing = true
    settle()
    await closed
    clearTimeout(cut)
  }
}

function introspectionSecrets({ config }: Parts): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  for (const [name, server] of Object.entries(config.servers)) {
    if (server.transport === 'http' && server.introspectionSecret !== undefined) {
      secrets.set(name, server.introspectionSecret)
    }
  }
  return secrets
}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}
