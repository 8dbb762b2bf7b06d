import { once } from 'node:events'
import { type FastifyInstance, fastify } from 'fastify'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import {
  type AdminDoorOptions,
  addAdminRoutes,
  addNotFound,
  DEFAULT_ADMIN_LIMITS,
} from './admin-routes.ts'
import { listenOnSocket } from './admin-socket.ts'
import { serveTenants } from './tenant-apis.ts'

export interface AdminServerOptions extends Omit<AdminDoorOptions, 'credentialOf'> {
  /** Where to listen; the folder must be there. */
  readonly socketPath: string
  /** Those that there are. Its owner is the operator of each. */
  readonly tenants: readonly Tenant[]
}

/** The admin API while it listens. */
export interface AdminServer {
  /** Ends every watch with a last line, then removes the socket. */
  close(): Promise<void>
}

/**
 * The door for operators at the machine. Who may open the socket is the operator: the file's mode
 * is the proof of it. Only a vote takes more: the token of the approver whose vote it is. Rejects
 * as `listenOnSocket` does.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const limits = { ...DEFAULT_ADMIN_LIMITS, ...options.limits }
  const apis = new Map(
    options.tenants.map((tenant) => [tenant as string, tenantApi(tenant, options)] as const),
  )
  const unknown = noTenant(options)
  await Promise.all([...apis.values(), unknown].map((api) => api.ready()))
  const server = serveTenants(apis, unknown)
  server.maxConnections = limits.connections
  await listenOnSocket(server, options.socketPath)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      await Promise.all([...apis.values(), unknown].map((api) => api.close()))
      await closed
    },
  }
}

type Serving = Omit<AdminServerOptions, 'socketPath' | 'tenants'>

function tenantApi(tenant: Tenant, options: Serving): FastifyInstance {
  const api = emptyApi()
  const door: AdminDoorOptions = {
    ...options,
    credentialOf: () => ({ kind: 'admin-socket', tenant }),
  }
  addNotFound(api, door)
  addAdminRoutes(api, door)
  return api
}

/** What is asked about a tenant that there is not. */
function noTenant(options: Serving): FastifyInstance {
  const api = emptyApi()
  const door: AdminDoorOptions = {
    ...options,
    credentialOf() {
      throw new PortcullisError('TENANT_UNKNOWN', 'no tenant of that name is declared')
    },
  }
  addNotFound(api, door)
  addAdminRoutes(api, door)
  return api
}

function emptyApi(): FastifyInstance {
  return fastify({
    exposeHeadRoutes: false,
    // What does not fit the contract is refused, never changed until it does.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  })
}
