import { constants } from 'node:crypto'
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TLSSocket, Server as TlsServer } from 'node:tls'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { Log } from '../../pipeline/ports.ts'
import { admitPeer, handshakeFault } from './client-certificates.ts'
import type { ListenerLimits } from './limits.ts'

/** What the listener shows, and asks of those who connect. PEM texts. */
export interface ListenerTls {
  readonly cert: string
  readonly key: string
  /** Absent: clients are asked for no certificate. */
  readonly clients?: ClientAuthorities
}

export interface ClientAuthorities {
  /** The authorities whose certificates count. */
  readonly ca: string | readonly string[]
  /** Whether a client without a certificate is refused. */
  readonly required: boolean
}

export interface ListenerOptions {
  readonly handler: RequestListener
  readonly tls: ListenerTls | undefined
  readonly limits: ListenerLimits
  readonly log: Log
  /** Is told what broke off before it was a request, and resolves when that is recorded. */
  readonly onBroken: (code: ErrorCode, peer: string) => Promise<void>
  /** The body that tells a code. */
  readonly bodyOf: (code: ErrorCode) => string
}

/** A bounded HTTP/1.1 server: slow, broken and too many connections are cut and told. */
export function createListener(options: ListenerOptions): Server {
  const { handler, tls, limits, log } = options
  const bounds = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersWaitMs,
    requestTimeout: limits.requestWaitMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.keepAliveMs,
    // A request without `Host` is refused with those of a foreign one, and recorded as they are.
    requireHostHeader: false,
  }
  const server =
    tls === undefined
      ? createServer(bounds, handler)
      : createTlsServer(
          { ...bounds, ...contextOf(tls), ...asking(tls), handshakeTimeout: limits.headersWaitMs },
          handler,
        )
  server.maxConnections = limits.connections
  server.setTimeout(limits.silenceMs)
  watchFullness(server, options)
  if (tls?.clients !== undefined) watchPeers(server, tls.clients, options)
  // Connections whose last request was answered before all of it had come, and whose rest is being
  // thrown away: when that breaks off or takes too long, there is nothing left to answer.
  const answered = new WeakSet<Socket>()
  server.on('request', (request, response) => {
    answered.delete(request.socket)
    response.once('finish', () => {
      if (!request.complete) answered.add(request.socket)
    })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const code = answered.has(socket) ? undefined : brokenCode(error)
    const fault = handshakeFault(error, socket)
    const cut =
      fault === undefined ? cutOff(code, socket, options) : turnAway(fault, socket, options)
    cut.catch((cause: unknown) => {
      log.error('mcp.connection.defect', { cause: String(cause) })
      socket.destroy()
    })
  })
  return server
}

/**
 * Puts other certificates and authorities in the place of those that a listener has, for the
 * connections from now on. Whether it asks for client certificates stays as it was made.
 * @throws what OpenSSL says of a pair that does not fit; everything is as before then.
 */
export function renewTls(server: Server, tls: ListenerTls): void {
  if (isTlsServer(server)) server.setSecureContext(contextOf(tls))
}

function isTlsServer(server: object): server is TlsServer {
  return 'setSecureContext' in server
}

function contextOf({ cert, key, clients }: ListenerTls): SecureContextOptions {
  const base = { cert, key, minVersion: 'TLSv1.3' } as const
  if (clients === undefined) return base
  // Without tickets every connection shows its certificate anew, to the authorities of the moment.
  const ca = typeof clients.ca === 'string' ? clients.ca : [...clients.ca]
  return { ...base, ca, secureOptions: constants.SSL_OP_NO_TICKET }
}

/** A bad certificate is refused by `watchPeers`, which can say why and have it recorded. */
function asking({ clients }: ListenerTls) {
  return clients === undefined ? {} : { requestCert: true, rejectUnauthorized: false }
}

/** Before anything is read of a connection, its certificate counts or the connection ends. */
function watchPeers(server: Server, clients: ClientAuthorities, options: ListenerOptions): void {
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const fault = admitPeer(socket, clients.required)
    if (fault !== undefined) void turnAway(fault, socket, options)
  })
}

/** Ends a connection that has no business here. What is told is told by the receipt alone. */
async function turnAway(code: ErrorCode, socket: Socket, options: ListenerOptions): Promise<void> {
  const peer = socket.remoteAddress ?? '-'
  socket.destroy()
  await options.onBroken(code, peer)
}

/**
 * Every connection that is turned away is a refusal. The log tells it once, and again when it
 * happens after a free place.
 */
function watchFullness(server: Server, { limits, log, onBroken }: ListenerOptions): void {
  let full = false
  server.on('drop', (dropped) => {
    void onBroken('CONNECTION_LIMIT', dropped?.remoteAddress ?? '-')
    if (!full) log.warn('mcp.connections.full', { limit: limits.connections })
    full = true
  })
  server.on('connection', () => {
    full = false
  })
}

async function cutOff(
  code: ErrorCode | undefined,
  socket: Socket,
  { onBroken, bodyOf }: ListenerOptions,
): Promise<void> {
  // A connection that carried nothing (a browser opens some ahead), or that the client dropped.
  if (code === undefined || socket.bytesRead === 0) {
    socket.destroy()
    return
  }
  await onBroken(code, socket.remoteAddress ?? '-')
  const { http } = ERRORS[code]
  const body = bodyOf(code)
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}

/** Codes of Node's HTTP parser; any other is a failure of the connection itself. */
function brokenCode({ code = '' }: NodeJS.ErrnoException): ErrorCode | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT'
  if (code === 'HPE_HEADER_OVERFLOW') return 'REQUEST_TOO_LARGE'
  return code.startsWith('HPE_') ? 'REQUEST_MALFORMED_HTTP' : undefined
}
