import type { FastifyInstance } from 'fastify'

/** How long a browser may remember what it may send, in seconds. */
export const PREFLIGHT_AGE_SECONDS = 600

/**
 * Web pages of the listener's allowed origins may call: others were refused before any route. No
 * credential is ever a cookie, so none is sent along by itself (Fetch, section 3.3).
 */
export function addCrossOrigin(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    if (origin === undefined) return
    reply.header('access-control-allow-origin', origin).header('vary', 'Origin')
    reply.header('access-control-expose-headers', 'DPoP-Nonce, WWW-Authenticate')
  })
  server.options('/v1/*', async (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'authorization, content-type, dpop, idempotency-key')
      .header('access-control-max-age', PREFLIGHT_AGE_SECONDS)
      .send(),
  )
}
