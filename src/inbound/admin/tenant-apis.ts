import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'

/** Whose API a path is of, and the path within it. */
interface TenantPath {
  readonly tenant: string
  readonly path: string
}

/** `/t/acme/v1/status` is of the tenant `acme`; a path without that beginning is of `default`. */
export function tenantPath(url: string): TenantPath {
  const [, tenant, path] = /^\/t\/([^/?]*)(\/.*)$/.exec(url) ?? []
  if (tenant === undefined || path === undefined) return { tenant: DEFAULT_TENANT, path: url }
  return { tenant, path }
}

/**
 * One server before the APIs of all tenants. Each knows the operations of its own tenant alone;
 * `unknown` answers for tenants that there are not.
 */
export function serveTenants(
  apis: ReadonlyMap<string, FastifyInstance>,
  unknown: FastifyInstance,
): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const { tenant, path } = tenantPath(request.url ?? '/')
    request.url = path
    ;(apis.get(tenant) ?? unknown).routing(request, response)
  })
}
