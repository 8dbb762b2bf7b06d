import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { PortcullisError } from '../../kernel/errors.ts'
import { isLoopbackConnection } from '../loopback.ts'
import { createLogin } from './login.ts'
import { resourceMetadata, serverMetadata } from './metadata.ts'
import type { OAuthDoorOptions } from './options.ts'
import {
  MCP_RESOURCE_METADATA,
  OAUTH_ROUTES,
  RESOURCE_METADATA,
  SERVER_METADATA,
} from './places.ts'
import { type AuthorizationServer, createProvider } from './provider.ts'
import { recordRequests } from './record-requests.ts'

/** The authorization server for agents, mounted beside the MCP endpoint. */
export interface OAuthDoor {
  /** Registers `/oauth/…` and what is found about it, on a server made by `createMcpServer`. */
  readonly routes: FastifyPluginAsync
  /** Begins to answer, under this name: once it is known where the listener is. */
  open(issuer: string): void
}

/** Cookies that a page of ours reads. No other reaches the provider: none logs anybody in. */
const COOKIES = /^pc_(?:login|resume)(?:\.sig)?=/

/**
 * Where agents get tokens, and humans consent that an agent acts for them. The protocol is that of
 * `oidc-provider`; which clients there are, what a token carries and what is recorded, we decide.
 */
export function createOAuthDoor(options: OAuthDoorOptions): OAuthDoor {
  let opened: { readonly issuer: string; readonly server: AuthorizationServer } | undefined
  const current = () => {
    if (opened !== undefined) return opened
    throw new PortcullisError('OAUTH_UNAVAILABLE', 'the listener is not open yet')
  }
  const reach = (request: IncomingMessage) => ({
    issuer: current().issuer,
    mutualTls: options.certificates !== undefined,
    loopback: isLoopbackConnection(request.socket),
    people: options.login !== undefined,
  })
  return {
    open(issuer) {
      const server = createProvider(options, issuer)
      recordRequests(server, options)
      opened = { issuer, server }
    },
    async routes(fastify: FastifyInstance) {
      const provided = (request: FastifyRequest, reply: FastifyReply) => {
        const { provider } = current().server
        keepOwnCookies(request.raw)
        reply.hijack()
        return provider.callback()(request.raw, reply.raw)
      }
      fastify.post(OAUTH_ROUTES.token, provided)
      fastify.post(OAUTH_ROUTES.registration, provided)
      fastify.get(OAUTH_ROUTES.jwks, provided)
      if (options.login !== undefined) {
        const login = createLogin(options, options.login, () => current().server.provider)
        fastify.get(OAUTH_ROUTES.authorization, provided)
        fastify.get(`${OAUTH_ROUTES.authorization}/:uid`, provided)
        const page =
          (serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>) =>
          (request: FastifyRequest, reply: FastifyReply) => {
            reply.hijack()
            return serve(request.raw, reply.raw)
          }
        fastify.get(`${OAUTH_ROUTES.login}/:uid`, page(login.show))
        fastify.post(`${OAUTH_ROUTES.login}/:uid`, page(login.submit))
      }
      const document = (path: string, describe: (request: IncomingMessage) => object) =>
        fastify.get(path, async (request, reply) => {
          reply.header('cache-control', 'no-cache')
          return describe(request.raw)
        })
      document(SERVER_METADATA, (request) => serverMetadata(reach(request)))
      document(RESOURCE_METADATA, (request) => resourceMetadata(reach(request)))
      document(MCP_RESOURCE_METADATA, (request) => resourceMetadata(reach(request)))
    },
  }
}

function keepOwnCookies({ headers }: IncomingMessage): void {
  const kept = (headers.cookie ?? '').split(/; */).filter((cookie) => COOKIES.test(cookie))
  if (kept.length > 0) headers.cookie = kept.join('; ')
  else delete headers.cookie
}
