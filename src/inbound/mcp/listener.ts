import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { ListenerLimits } from './limits.ts'

export interface ListenerOptions {
  readonly handler: RequestListener
  readonly tls: { readonly cert: string; readonly key: string } | undefined
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
          { ...bounds, ...tls, minVersion: 'TLSv1.3', handshakeTimeout: limits.headersWaitMs },
          handler,
        )
  server.maxConnections = limits.connections
  server.setTimeout(limits.silenceMs)
  watchFullness(server, options)
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
    cutOff(code, socket, options).catch((cause: unknown) => {
      log.error('mcp.connection.defect', { cause: String(cause) })
      socket.destroy()
    })
  })
  return server
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
