import { hash } from 'node:crypto'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { ERRORS, PortcullisError } from '../../kernel/errors.ts'
import { MAX_ADD_CHECKPOINT_LENGTH } from '../../kernel/tlog/add-checkpoint.ts'
import type { LogKey } from '../../kernel/tlog/log-key.ts'
import type { Log } from '../../pipeline/ports.ts'
import { type Answered, addCheckpoint, type Witnessing } from './add-checkpoint.ts'

export interface WitnessLimits {
  readonly connections: number
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestMs: number
  /**
   * Submissions under way at once: whoever has a published head can send it again, and each costs a
   * write and a signature.
   */
  readonly submissions: number
}

export const DEFAULT_WITNESS_LIMITS: WitnessLimits = {
  connections: 256,
  requestMs: 10_000,
  submissions: 32,
}

export interface WitnessServerOptions extends Witnessing {
  readonly log: Log
  readonly limits?: Partial<WitnessLimits>
  /** PEM; TLS 1.3 only. With `clientCa` nobody is served without a certificate of it. */
  readonly tls?: WitnessTls | undefined
}

export interface WitnessTls {
  readonly cert: string
  readonly key: string
  readonly clientCa?: string
}

/** `text/x.tlog.size`: the body is the size that the witness has. */
const SIZE_TYPE = 'text/x.tlog.size'
const TEXT_TYPE = 'text/plain; charset=utf-8'

function httpsOf({ cert, key, clientCa }: WitnessTls) {
  const asking = { ca: clientCa, requestCert: true, rejectUnauthorized: true }
  return { cert, key, minVersion: 'TLSv1.3' as const, ...(clientCa !== undefined && asking) }
}

/**
 * The HTTP interface of https://c2sp.org/tlog-witness: `POST /add-checkpoint`, and for monitors
 * `GET /<hash of origin>/checkpoint`. `sign-subtree` is not offered. Nobody is authenticated: what
 * counts is the signature of the log on what is sent.
 */
export function createWitnessServer(options: WitnessServerOptions): FastifyInstance {
  const { connections, requestMs, submissions } = { ...DEFAULT_WITNESS_LIMITS, ...options.limits }
  const server: FastifyInstance = fastify({
    ...(options.tls && { https: httpsOf(options.tls) }),
    bodyLimit: MAX_ADD_CHECKPOINT_LENGTH,
    requestTimeout: requestMs,
    exposeHeadRoutes: false,
  })
  server.server.maxConnections = connections
  // A TLS 1.3 client may believe that it got in: what was turned away is told here.
  server.server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    options.log.warn('witness.handshake_refused', { code: error.code ?? 'unknown' })
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  server.setErrorHandler((error, _request, reply) => refuse(error, reply, options.log))
  server.setNotFoundHandler((_request, reply) => reply.code(404).type(TEXT_TYPE).send('not here\n'))
  let underWay = 0
  server.post('/add-checkpoint', async ({ body }, reply) => {
    if (underWay >= submissions) {
      throw new PortcullisError('REQUEST_BUSY', `${submissions} submissions are under way`)
    }
    underWay += 1
    try {
      return send(await addCheckpoint(textOf(body), options), reply, options.log)
    } finally {
      underWay -= 1
    }
  })
  const origins = originsByHash(options.logs)
  server.get<{ Params: { hash: string } }>('/:hash/checkpoint', async ({ params }, reply) => {
    const origin = origins.get(params.hash)
    const note = origin === undefined ? undefined : options.book.shown(origin)
    if (note === undefined) return reply.callNotFound()
    return reply.type(TEXT_TYPE).send(note)
  })
  return server
}

function originsByHash(logs: readonly LogKey[]): ReadonlyMap<string, string> {
  return new Map(logs.map(({ name }) => [hash('sha256', name, 'hex'), name]))
}

function textOf(body: unknown): string {
  try {
    const bytes = body instanceof Uint8Array ? body : new Uint8Array()
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new PortcullisError('WITNESS_REQUEST_INVALID', 'the body is not UTF-8', { cause })
  }
}

function send(answered: Answered, reply: FastifyReply, log: Log): FastifyReply {
  const { kind, origin, size } = answered
  log.info(kind === 'cosigned' ? 'witness.cosigned' : 'witness.conflict', { origin, size })
  if (kind === 'cosigned') return reply.type(TEXT_TYPE).send(answered.lines)
  return reply.code(ERRORS.WITNESS_CONFLICT.http).type(SIZE_TYPE).send(`${size}\n`)
}

function refuse(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const { code, message, status } = refusalOf(error)
  // The head is the log's own, and may be a fork; the proof may be anybody's, and merely wrong.
  if (code === 'WITNESS_INCONSISTENT') log.warn('witness.inconsistent', { reason: message })
  else if (code === 'INTERNAL') log.error('witness.failed', { reason: message })
  // What failed inside is told to the operator alone.
  const told = code === 'INTERNAL' ? '' : `: ${message}`
  return reply.code(status).type(TEXT_TYPE).send(`${code}${told}\n`)
}

function refusalOf(error: unknown): { code: string; message: string; status: number } {
  if (error instanceof PortcullisError) {
    const { code, message } = error
    return { code, message, status: ERRORS[code].http }
  }
  const message = error instanceof Error ? error.message : String(error)
  // Fastify's own: a body that is too long, or cut.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500) return { code: 'WITNESS_REQUEST_INVALID', message, status }
  return { code: 'INTERNAL', message, status: 500 }
}
