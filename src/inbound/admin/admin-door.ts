import type { FastifyPluginAsync } from 'fastify'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import { type AdminDoorOptions, addAdminRoutes } from './admin-routes.ts'
import { errorBody } from './error-body.ts'

/**
 * The admin API on a server that listens to the network, for whoever proves itself by a header or a
 * certificate. No cookie is ever read, and no body but JSON: what a web page can make a browser
 * send across sites proves nobody, or is refused before it is looked at.
 */
export function createAdminDoor(options: AdminDoorOptions): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers()
    const parse = server.getDefaultJsonParser('error', 'error')
    server.addContentTypeParser('application/json', { parseAs: 'string' }, parse)
    addAdminRoutes(server, options)
  }
}

/** What goes back where a request came to no route of the door. */
export function adminAnswer(code: ErrorCode): { readonly status: number; readonly body: string } {
  return { status: ERRORS[code].http, body: JSON.stringify(errorBody(code)) }
}
