import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS } from '../../kernel/errors.ts'

/** How long a copy of the current document may be used before asking again, in seconds. */
export const TRUST_MAX_AGE_S = 300
/** A version never changes. */
export const VERSION_MAX_AGE_S = 365 * 24 * 60 * 60

export interface TrustDoorOptions {
  /** A published document: of a version, or the current one. */
  file(version?: number): string | undefined
}

/**
 * Where anyone gets the trust documents (RFC 8615). Nothing is asked of who asks: they are public,
 * and what makes them good are the signatures on them.
 */
export function createTrustDoor({ file }: TrustDoorOptions): FastifyPluginAsync {
  return async (server: FastifyInstance) => {
    server.get('/.well-known/portcullis-trust.json', async (request, reply) =>
      answer(file(), { request, reply, cache: `public, max-age=${TRUST_MAX_AGE_S}` }),
    )
    server.get<{ Params: { version: string } }>(
      '/.well-known/portcullis-trust/:version',
      async (request, reply) => {
        const [, version] = /^([1-9][0-9]{0,8})\.json$/.exec(request.params.version) ?? []
        const found = version === undefined ? undefined : file(Number(version))
        const cache = `public, max-age=${VERSION_MAX_AGE_S}, immutable`
        return answer(found, { request, reply, cache })
      },
    )
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly cache: string
}

async function answer(file: string | undefined, { request, reply, cache }: Exchange) {
  if (file === undefined) {
    const { http, agent: message } = ERRORS.TRUST_MISSING
    reply.code(http).header('cache-control', 'no-store')
    return reply.send({ error: { code: 'TRUST_MISSING', message } })
  }
  const tag = `"${createHash('sha256').update(file).digest('base64url')}"`
  reply
    .header('etag', tag)
    .header('cache-control', cache)
    .header('access-control-allow-origin', '*')
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type('application/json').send(file)
}

/** RFC 9110 section 13.1.2: any of the tags, weak or not. */
function matches(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? []
  return tags.includes(tag) || tags.includes('*')
}
