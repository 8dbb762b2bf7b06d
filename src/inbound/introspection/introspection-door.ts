import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { codeOf, ERRORS, PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Channel, Gate, Log } from '../../pipeline/ports.ts'
import { readBody } from '../read-body.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'

/** Bytes of a question; a token of the runtime has far fewer. */
export const INTROSPECTION_BODY_LIMIT = 32 * 1024
/** Milliseconds for the question to arrive. */
export const INTROSPECTION_BODY_WAIT = 10_000

export interface IntrospectionDoorOptions {
  readonly gate: Gate
  readonly log: Log
  /** Who may ask now, and how it shows that. Two tenants may have servers of one name. */
  readonly servers: () => readonly AskingServer[]
}

export interface AskingServer {
  readonly tenant: Tenant
  readonly name: string
  /** Its `introspectionSecret`. */
  readonly secret: string
}

/**
 * Token introspection (RFC 7662) for the upstream servers. A server that is handed a bearer token
 * it does not know asks here. The answer is always that the token is not active: an agent's token
 * is for this runtime and for no server. That it turned up at one is a refusal with a receipt, and
 * the receipt names the agent if the token is genuine: it went there past the guard.
 */
export function createIntrospectionDoor(options: IntrospectionDoorOptions): FastifyPluginAsync {
  const { gate, log, servers } = options
  return async (server: FastifyInstance) => {
    server.post('/introspect', async ({ raw }, reply) => {
      reply.header('cache-control', 'no-store')
      const asker = askerOf(raw, servers())
      if (asker === undefined) {
        const peer = raw.socket.remoteAddress ?? '-'
        const channel = channelOf(peer)
        await recordRefusal({ code: 'INTROSPECTION_UNAUTHORIZED', channel }, gate, log)
        const challenge = 'Basic realm="introspection"'
        return reply.code(401).header('www-authenticate', challenge).send(INVALID_CLIENT)
      }
      const channel = channelOf(asker.name)
      try {
        await witness(await readToken(raw), asker, options)
        return await reply.send(INACTIVE)
      } catch (error) {
        const code = codeOf(error)
        logDefect(channel.door, error, log)
        await recordRefusal({ code, channel }, gate, log)
        return reply.code(ERRORS[code].http).send(INVALID_REQUEST)
      }
    })
  }
}

const INACTIVE = { active: false }
/** RFC 6749 section 5.2. */
const INVALID_CLIENT = { error: 'invalid_client' }
const INVALID_REQUEST = { error: 'invalid_request' }

function channelOf(peer: string): Channel {
  return { door: 'introspection', peer, run: '-' }
}

/** Leaves the receipt of a token that is where it should not be. */
async function witness(
  token: string,
  { tenant, name }: Asker,
  { gate, log }: IntrospectionDoorOptions,
): Promise<void> {
  let channel = channelOf(name)
  let identity: Identity
  try {
    identity = await gate.admit({ kind: 'bearer', token }, channel)
  } catch (error) {
    // Not genuine, or no longer: the gate has recorded that.
    log.info('introspection.unproved', { server: channel.peer, code: codeOf(error) })
    return
  }
  // Its tenant hears that the token went astray, and of no server of another tenant.
  if (identity.tenant !== tenant) channel = channelOf('-')
  await recordRefusal({ code: 'IDENTITY_MISDIRECTED', channel, identity }, gate, log)
}

/** RFC 7662 section 2.1: a form with one `token`. */
async function readToken(request: IncomingMessage): Promise<string> {
  const [essence = ''] = (request.headers['content-type'] ?? '').split(';')
  if (essence.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new PortcullisError('REQUEST_CONTENT_TYPE', 'the question is not a form')
  }
  const body = await readBody(request, {
    limitBytes: INTROSPECTION_BODY_LIMIT,
    waitMs: INTROSPECTION_BODY_WAIT,
  })
  const [token, ...others] = new URLSearchParams(Buffer.from(body).toString()).getAll('token')
  if (token === undefined || token === '' || others.length > 0) {
    throw new PortcullisError('REQUEST_INVALID', 'the question does not hold one `token`')
  }
  return token
}

type Asker = Pick<AskingServer, 'tenant' | 'name'>

/** The server that asks: `Basic name:secret`, or `Bearer secret` alone. */
function askerOf(request: IncomingMessage, servers: readonly AskingServer[]): Asker | undefined {
  const [, scheme, text] = /^(\S+) +(\S+) *$/.exec(request.headers.authorization ?? '') ?? []
  if (scheme === undefined || text === undefined) return undefined
  if (scheme.toLowerCase() === 'bearer') return holderOf(text, servers)
  if (scheme.toLowerCase() !== 'basic') return undefined
  const pair = Buffer.from(text, 'base64').toString()
  const colon = pair.indexOf(':')
  const named = servers.filter(({ name }) => name === pair.slice(0, colon))
  const secret = pair.slice(colon + 1)
  return holderOf(secret, named) ?? holderOf(decodeForm(secret), named)
}

/** Whose secret this is. Takes as long for a near miss as for a far one. */
function holderOf(secret: string, servers: readonly AskingServer[]): Asker | undefined {
  const digest = digestOf(secret)
  const [holder] = servers.filter((server) => timingSafeEqual(digestOf(server.secret), digest))
  return holder
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** RFC 6749 section 2.3.1 encodes the parts of `Basic` as in a form; many clients do not. */
function decodeForm(text: string): string {
  return new URLSearchParams(`s=${text}`).get('s') ?? ''
}
