import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { ERRORS } from '../../kernel/errors.ts'

/** Trust bundles in the form of the SPIFFE standard. */
export const SPIFFE_BUNDLE_PATH = '/.well-known/spiffe-bundle'

export interface BundleDoorOptions {
  /** The roots of the own authority, as JWKS; nothing where there is none. */
  bundle(): object | undefined
}

/**
 * Where anyone gets the roots of the own authority (SPIFFE Trust Domain and Bundle, section 5.2).
 * Nothing is asked of who asks: over the own certificate they prove nothing to whom does not know
 * them already, so the first of them is brought by hand (`portcullis ca show`).
 */
export function createBundleDoor({ bundle }: BundleDoorOptions): FastifyPluginAsync {
  return async (server: FastifyInstance) => {
    server.get(SPIFFE_BUNDLE_PATH, async (_request, reply) => {
      const roots = bundle()
      reply.header('cache-control', 'no-store')
      if (roots !== undefined) return reply.type('application/json').send(JSON.stringify(roots))
      const { http, agent: message } = ERRORS.CA_MISSING
      return reply.code(http).send({ error: { code: 'CA_MISSING', message } })
    })
  }
}
