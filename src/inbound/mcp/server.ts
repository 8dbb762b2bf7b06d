import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { codeOf, ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { Gate, Log } from '../../pipeline/ports.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'
import { checkAddress } from './address.ts'
import { errorAnswer, errorBody, sendAnswer } from './answer.ts'
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from './limits.ts'
import { createListener, type ListenerTls } from './listener.ts'
import { isRepeated } from './request-headers.ts'
import { NO_RUN } from './visit.ts'

export interface McpServerOptions {
  readonly gate: Gate
  readonly log: Log
  /** Values of `Host` besides the loopback names: `gateway.example.com`, with a port or any. */
  readonly allowedHosts: readonly string[]
  /** Values of `Origin` besides the listener's own loopback ones. */
  readonly allowedOrigins: readonly string[]
  /** PEM texts; TLS 1.3 only. Without them the listener speaks plain HTTP. */
  readonly tls?: ListenerTls
  readonly limits?: Partial<ListenerLimits>
  /** Whose door receipts and the log say it is. */
  readonly door?: string
  /** What goes back where a request came to no route; by default as JSON-RPC has it. */
  readonly answerOf?: (code: ErrorCode) => ServerAnswer
}

export interface ServerAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The HTTP server of the doors for agents: bounded, closed to DNS rebinding on every route, and
 * with a coded, recorded answer to whatever is no request. Bodies stay unread: each route reads its
 * own once it knows who sends it.
 */
export function createMcpServer(options: McpServerOptions): FastifyInstance {
  const { gate, log, tls, door = 'mcp', answerOf = rpcAnswer } = options
  const limits = { ...DEFAULT_LISTENER_LIMITS, ...options.limits }
  const record = async (code: ErrorCode, peer: string) => {
    await recordRefusal({ code, channel: { door, peer, run: NO_RUN } }, gate, log)
  }
  const refuse = async (code: ErrorCode, request: FastifyRequest, reply: FastifyReply) => {
    await record(code, request.raw.socket.remoteAddress ?? '-')
    return sendAnswer(reply, answerOf(code))
  }

  const server = fastify({
    serverFactory: (handler) =>
      createListener({
        handler,
        tls,
        limits,
        log,
        onBroken: record,
        bodyOf: (code) => answerOf(code).body,
      }),
    // What does not fit the schema of a route is refused, never changed until it does.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    // The listener has its own, because this one misses the second address of `localhost`.
    clientErrorHandler: () => undefined,
    frameworkErrors: (_error, request, reply) => refuse('REQUEST_ROUTE_UNKNOWN', request, reply),
    exposeHeadRoutes: false,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, _body, done) => done(null))

  const { allowedHosts, allowedOrigins } = options
  const rules = { allowedHosts, allowedOrigins, secure: tls !== undefined }
  server.addHook('onRequest', async (request, reply) => {
    const { socket, headersDistinct, headers } = request.raw
    // Whichever door it is for: something before us may have judged by the other one.
    if (isRepeated(request.raw, 'authorization')) delete headers.authorization
    try {
      const hosts = headersDistinct.host ?? []
      checkAddress({ hosts, origin: headers.origin, port: socket.localPort }, rules)
    } catch (error) {
      return refuse(codeOf(error), request, reply)
    }
  })
  server.setNotFoundHandler((request, reply) => refuse('REQUEST_ROUTE_UNKNOWN', request, reply))
  server.setErrorHandler((error, request, reply) => {
    if (isMediaTypeError(error)) return refuse('REQUEST_CONTENT_TYPE', request, reply)
    logDefect(door, error, log)
    return refuse(codeOf(error), request, reply)
  })
  return server
}

function rpcAnswer(code: ErrorCode): ServerAnswer {
  const answer = errorAnswer(code)
  const status = 'status' in answer ? answer : { status: ERRORS[code].http }
  return { ...status, body: errorBody(code) }
}

/** Raised by Fastify for a `Content-Type` that is none, before any route is asked. */
function isMediaTypeError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
  )
}
