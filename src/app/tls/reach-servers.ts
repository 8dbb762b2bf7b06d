import type { ServerConfig } from '../config.ts'
import { CONNECTING_WAIT_MS } from '../parts.ts'
import type { Certificates } from './certificates.ts'

/** The configured servers, with how connections to each of them are opened. */
export async function reachServers(
  servers: Readonly<Record<string, ServerConfig>>,
  certificates: Certificates,
) {
  const reached = Object.entries(servers).map(async ([name, server]) => {
    if (server.transport === 'stdio') return [name, server] as const
    const where = `servers.${name}.tls`
    const connect = await certificates.connector(where, server.tls, CONNECTING_WAIT_MS)
    return [name, { ...server, connect }] as const
  })
  return Object.fromEntries(await Promise.all(reached))
}
