import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { Holder, LoopbackConnection } from '../../sandbox/linux-processes.ts'
import type { Proven } from './launched-identity.ts'

/** Connections that the agent may have open at once. */
export const ENDPOINT_CONNECTIONS_LIMIT = 256

export interface AgentEndpointOptions {
  /** Whether the launched agent or its children hold the other end of a connection. */
  readonly holderOf: (connection: LoopbackConnection) => Holder
  readonly onStranger: () => void
  /** How the agent is proved; nothing while it is not yet, or not any more. */
  readonly proven: () => Proven | undefined
  /** The runtime did not answer, or did not accept the connection. */
  readonly onRefused: () => void
}

/** Where the launched agent finds the runtime. */
export interface AgentEndpoint {
  /** `http://127.0.0.1:49152`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * A plain HTTP endpoint on loopback, whose requests go on over mutual TLS as the agent's. It holds
 * no secret that the agent could pass on: each connection is the agent's own, or is refused before
 * a byte of it is read.
 */
export async function openAgentEndpoint(options: AgentEndpointOptions): Promise<AgentEndpoint> {
  const server = createServer({ requireHostHeader: false }, (asked, answer) => {
    forward(asked, answer, options)
  })
  server.maxConnections = ENDPOINT_CONNECTIONS_LIMIT
  // Streams stay open for as long as the runtime lets them.
  server.requestTimeout = 0
  server.prependListener('connection', (socket: Socket) => admit(socket, server, options))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function admit(
  socket: Socket,
  server: Server,
  { holderOf, onStranger }: Pick<AgentEndpointOptions, 'holderOf' | 'onStranger'>,
): void {
  const holder = holderOf({ port: portOf(server), peerPort: socket.remotePort ?? 0 })
  if (holder === 'tree') return
  const body = bodyOf('LAUNCH_STRANGER')
  const head = ['HTTP/1.1 403 Forbidden', 'Connection: close', 'Content-Type: application/json']
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  socket.destroySoon()
  // Whoever has left already is told of nowhere: it may have been the agent itself.
  if (holder === 'stranger') onStranger()
}

/** RFC 9110 section 7.6.1: what is between two neighbours only. The host is the runtime's. */
const HOP_BY_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'host'],
])

function forward(asked: IncomingMessage, answer: ServerResponse, options: AgentEndpointOptions) {
  const proven = options.proven()
  if (proven === undefined) return refuse(answer, 'RUNTIME_NOT_RUNNING')
  const { address, agent } = proven
  const { method, url: path = '/' } = asked
  const headers = { ...passedOn(asked), host: address.host }
  const onward = request({
    host: hostOf(address),
    port: address.port,
    method,
    path,
    headers,
    agent,
  })
  onward.once('response', (reply) => {
    // The SVID is no longer accepted: the next request comes with another.
    if (reply.statusCode === 401) options.onRefused()
    answer.writeHead(reply.statusCode ?? 502, passedOn(reply))
    // A stream begins with its headers, whenever its first event comes.
    answer.flushHeaders()
    pipeline(reply, answer, () => undefined)
  })
  onward.once('error', () => {
    options.onRefused()
    if (answer.headersSent) answer.destroy()
    else refuse(answer, 'RUNTIME_NOT_RUNNING')
  })
  answer.once('close', () => onward.destroy())
  asked.pipe(onward)
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function passedOn({ headers }: IncomingMessage): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(/\s*,\s*/)
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.includes(name)) passed[name] = value
  }
  return passed
}

function refuse(answer: ServerResponse, code: ErrorCode): void {
  answer.writeHead(ERRORS[code].http, { 'content-type': 'application/json' })
  answer.end(bodyOf(code))
}

function bodyOf(code: ErrorCode): string {
  return JSON.stringify({ error: { code, message: ERRORS[code].agent } })
}
