import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Tenant } from '../kernel/identity/tenant.ts'
import { AnswerRooms } from '../pipeline/answer-rooms.ts'
import type { PasswordLogin, SessionsOf } from '../pipeline/ports.ts'
import type { Parts } from './compose.ts'
import { oauthDoor } from './oauth/oauth-door.ts'
import {
  createActionsDoor,
  createAllowances,
  createBundleDoor,
  createIntrospectionDoor,
  createMcpDoor,
  createMcpServer,
  createPeopleDoor,
  createTilesDoor,
  createTrustDoor,
  credentialOf,
  DEFAULT_DOOR_LIMITS,
  readToolCall,
  renewTls,
} from './parts.ts'
import type { PeopleDesk } from './people/people-desk.ts'
import { peopleService } from './people/people-service.ts'
import { publishedLogs } from './publish-logs.ts'
import type { TenantParts } from './tenant/open-tenant.ts'
import { servedTls } from './tls/served-tls.ts'
import { offerChanges } from './tools/watch-signatures.ts'
import { VERSION } from './version.ts'

/** Where agents come in, listening. */
export interface Listening {
  /** `http://127.0.0.1:7070`, with the port that was really taken. */
  readonly address: string
  /** Tells every agent of a tenant that its tools may be others now. */
  notifyListChanged(tenant: Tenant): void
  /** What agents have open. */
  readonly sessions: SessionsOf
  close(): Promise<void>
}

/** Opens the doors for agents of all tenants. */
export async function listen(
  { shared, tenants, gate }: Parts,
  desk: PeopleDesk,
): Promise<Listening> {
  const { installation, log, clock, keyDesk, ledger, reader, standing } = shared
  const { certificates } = shared
  const { host, port, allowedHosts, allowedOrigins, tls } = installation.listen.mcp
  const { issuer } = installation.oauth
  const served = tls && (await servedTls(certificates, tls, 'listen.mcp.tls'))
  const server = createMcpServer({
    ...{ gate, log, allowedHosts },
    // The login page sends its form to itself, with the name that it was reached by as the origin.
    allowedOrigins: [...allowedOrigins, ...(issuer === undefined ? [] : [issuer])],
    ...(served && { tls: served.current() }),
  })
  served?.onChange(() => renewTls(server.server, served.current()))
  const offers = new Map([...tenants].map(([tenant, its]) => [tenant, offerOf(its)]))
  const login = (claim: PasswordLogin) => desk.logins.password(claim)
  // Clients prove themselves by certificates where the listener asks for them.
  const trustDomain = tls?.clients && (await certificates.authority()).trustDomain
  const authorization = oauthDoor({ ...shared, config: installation, gate, login, trustDomain })
  const { challenges } = authorization
  const answers = new AnswerRooms(installation.limits.answerBytes)
  const told = { standing, challenges }
  const door = createMcpDoor({ gate, offers, log, clock, version: VERSION, answers, ...told })
  const close = closer(server)
  await server.register(door.routes)
  await server.register(authorization.routes)
  const { enter } = createAllowances(DEFAULT_DOOR_LIMITS)
  const reading = { credentialOf, readCall: readToolCall, enter, answers }
  await server.register(createActionsDoor({ gate, log, ...reading }))
  const servers = () => [...tenants.values()].flatMap(introspectingServers)
  await server.register(createIntrospectionDoor({ gate, log, servers }))
  const service = peopleService({ desk, gate })
  await server.register(createPeopleDoor({ service, gate, log }))
  await server.register(createBundleDoor({ bundle: () => certificates.bundle() }))
  await server.register(createTrustDoor({ file: (version) => keyDesk.trust.file(version) }))
  const logs = publishedLogs(installation.ledger.publish, ledger, reader)
  if (logs !== undefined) await server.register(createTilesDoor(logs))
  const scheme = tls === undefined ? 'http' : 'https'
  const address = () => {
    const { port: taken } = server.server.address() as AddressInfo
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${taken}`
  }
  authorization.openWith(server, address)
  await server.listen({ host, port })
  return {
    address: address(),
    notifyListChanged: (tenant) => door.notifyListChanged(tenant),
    sessions: door.sessions,
    close,
  }
}

/** What the agents of a tenant can come to see. */
function offerOf({ servers, signatures, config, resources }: TenantParts) {
  const onChanged = offerChanges({ servers, signatures })
  const catalog = { tools: () => servers.tools(), onChanged }
  const namespaces = Object.keys(config.memory)
  return { catalog, namespaces, storage: resources.names, upstreams: servers }
}

/** How long calls under way may take to be answered when the runtime stops, in milliseconds. */
export const CLOSING_WAIT_MS = 5_000

/**
 * Takes no more requests, lets those under way be answered, then cuts. Node alone would wait for
 * connections that a client merely keeps. Outcomes are recorded either way.
 */
export function closer(server: FastifyInstance): () => Promise<void> {
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

/** The servers of a tenant that may ask about tokens, as they are declared now. */
function introspectingServers({ tenant, live }: TenantParts) {
  return Object.entries(live.declared).flatMap(([name, server]) =>
    server.transport === 'http' && server.introspectionSecret !== undefined
      ? [{ tenant, name, secret: server.introspectionSecret }]
      : [],
  )
}
