import { once } from 'node:events'
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import type {
  AgentPath,
  ErrorBody,
  IssuedToken,
  PolicyReload,
  Status,
  TokenRequest,
  ToolSchemas,
} from '../../contract/admin-api.ts'
import type { BudgetList, BudgetPath, BudgetReset, BudgetStatus } from '../../contract/budgets.ts'
import type { PolicyChange, PolicyPush, PolicyRollback } from '../../contract/policy-changes.ts'
import { codeOf, ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, type Tenant } from '../../kernel/identity/tenant.ts'
import type { Log } from '../../pipeline/ports.ts'
import { logDefect } from '../record-refusal.ts'
import { type AclOperations, addAcls } from './acl-routes.ts'
import { listenOnSocket } from './admin-socket.ts'
import { type AgentClientOperations, addAgentClients } from './agent-client-routes.ts'
import { type ApprovalOperations, addApprovals } from './approval-routes.ts'
import { addCertificates, type CertificateOperations } from './certificate-routes.ts'
import { addKeys, type KeyOperations } from './key-routes.ts'
import { addPeople, type PeopleOperations } from './people-routes.ts'
import { addPrivacy, type PrivacyOperations } from './privacy-routes.ts'
import { routeOf } from './route-of.ts'
import { addStanding, type StandingOperations } from './standing-routes.ts'
import { serveTenants } from './tenant-apis.ts'
import { addTenants, type TenantOperations } from './tenant-routes.ts'
import {
  openWatchStream,
  type Subscribe,
  type WatchLimits,
  type WatchStream,
} from './watch-stream.ts'

/** What operators may do with a runtime. Each may throw a `PortcullisError`. */
export interface AdminOperations
  extends AclOperations,
    AgentClientOperations,
    ApprovalOperations,
    KeyOperations,
    PrivacyOperations,
    PeopleOperations,
    StandingOperations,
    TenantOperations,
    CertificateOperations {
  status(): Status | Promise<Status>
  issueToken(agent: string, request: TokenRequest): Promise<IssuedToken>
  /** Reads the policies again; throws, and changes nothing, when they do not compile. */
  reloadPolicies(): Promise<PolicyReload>
  tools(): ToolSchemas
  budgets(): BudgetList | Promise<BudgetList>
  resetBudget(name: string, request: BudgetReset): Promise<BudgetStatus>
  /** Puts policies in force in one step; throws, and changes nothing, when they cannot be. */
  pushPolicies(request: PolicyPush): Promise<PolicyChange>
  rollbackPolicies(request: PolicyRollback): Promise<PolicyChange>
  /** Calls the listener with each event once its receipt is durable. Returns what ends that. */
  readonly watch: Subscribe
}

export interface AdminLimits extends WatchLimits {
  readonly bodyBytes: number
  readonly connections: number
  readonly watchers: number
}

export const DEFAULT_ADMIN_LIMITS: AdminLimits = {
  bodyBytes: 16 * 1024,
  connections: 64,
  watchers: 16,
  bufferBytes: 1024 * 1024,
  lingerMs: 2_000,
}

export interface AdminServerOptions {
  /** Where to listen; the folder must be there. */
  readonly socketPath: string
  /** What may be done with each tenant. */
  readonly tenants: ReadonlyMap<Tenant, AdminOperations>
  readonly log: Log
  /** Records what was refused to whom, and on which route: `POST /v1/policies/push`. */
  readonly refused: (code: ErrorCode, route: string, tenant: Tenant) => Promise<void>
  readonly limits?: Partial<AdminLimits>
}

/** The admin API while it listens. */
export interface AdminServer {
  /** Ends every watch with a last line, then removes the socket. */
  close(): Promise<void>
}

/**
 * The door for operators. Who may open the socket may do everything that the API offers: the file's
 * mode is the access control. Only a vote takes more: the token of the approver whose vote it is.
 * Rejects as `listenOnSocket` does.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const limits = { ...DEFAULT_ADMIN_LIMITS, ...options.limits }
  const serving = { ...options, limits }
  const apis = new Map(
    [...options.tenants].map(([tenant, operations]) => {
      const api = tenantApi(tenant, serving)
      addOperations(api, operations, limits)
      return [tenant as string, api] as const
    }),
  )
  const unknown = noTenant(serving)
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

interface Serving extends Pick<AdminServerOptions, 'log' | 'refused'> {
  readonly limits: AdminLimits
}

/** Answers errors, and records what it refuses in the log of the tenant. */
function tenantApi(tenant: Tenant, options: Serving): FastifyInstance {
  const { log, limits } = options
  const api: FastifyInstance = fastify({
    bodyLimit: limits.bodyBytes,
    exposeHeadRoutes: false,
    // What does not fit the contract is refused, never changed until it does.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  })
  const refused = { ...options, tenant }
  api.setErrorHandler(async (error: FastifyError, request, reply) => {
    const code = codeOfRequest(error)
    if (code === 'INTERNAL') logDefect('admin', error, log)
    await recordRefused(code, request, refused)
    return reply.code(ERRORS[code].http).send(bodyOf(code, error.message))
  })
  api.setNotFoundHandler(async (request, reply) => {
    const code = 'REQUEST_ROUTE_UNKNOWN'
    await recordRefused(code, request, refused)
    return reply.code(404).send(bodyOf(code, `nothing here answers \`${request.method}\``))
  })
  return api
}

/** What is asked about a tenant that there is not. */
function noTenant(serving: Serving): FastifyInstance {
  const api = tenantApi(DEFAULT_TENANT, serving)
  api.addHook('onRequest', async () => {
    throw new PortcullisError('TENANT_UNKNOWN', 'no tenant of that name is declared')
  })
  return api
}

function addOperations(
  api: FastifyInstance,
  operations: AdminOperations,
  limits: AdminLimits,
): void {
  addCommands(api, operations)
  addAgentClients(api, operations)
  addApprovals(api, operations)
  addAcls(api, operations)
  addKeys(api, operations)
  addPrivacy(api, operations)
  addStanding(api, operations)
  addPeople(api, operations)
  addCertificates(api, operations)
  addTenants(api, operations)
  addWatch(api, operations.watch, limits)
}

/** A refusal stands even where it can't be recorded, so this never rejects. */
async function recordRefused(
  code: ErrorCode,
  { method, routeOptions }: FastifyRequest,
  { refused, log, tenant }: Serving & { readonly tenant: Tenant },
): Promise<void> {
  try {
    // The route as the contract writes it: what stands in an address is the caller's.
    await refused(code, `${method} ${routeOptions.url ?? '-'}`, tenant)
  } catch (error) {
    log.error('refusal.unrecorded', { code, door: 'admin', cause: codeOf(error) })
  }
}

function addCommands(server: FastifyInstance, operations: AdminOperations): void {
  server.route({ ...routeOf('status'), handler: async () => operations.status() })
  server.route<{ Params: AgentPath; Body: TokenRequest }>({
    ...routeOf('issueToken'),
    handler: async ({ params, body }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.issueToken(params.name, body)
    },
  })
  server.route({ ...routeOf('tools'), handler: async () => operations.tools() })
  server.route({ ...routeOf('budgets'), handler: async () => operations.budgets() })
  server.route<{ Params: BudgetPath; Body: BudgetReset }>({
    ...routeOf('resetBudget'),
    handler: async ({ params, body }) => operations.resetBudget(params.name, body),
  })
  server.route({ ...routeOf('reloadPolicies'), handler: async () => operations.reloadPolicies() })
  server.route<{ Body: PolicyPush }>({
    ...routeOf('pushPolicies'),
    handler: async ({ body }) => operations.pushPolicies(body),
  })
  server.route<{ Body: PolicyRollback }>({
    ...routeOf('rollbackPolicies'),
    handler: async ({ body }) => operations.rollbackPolicies(body),
  })
}

function addWatch(server: FastifyInstance, subscribe: Subscribe, limits: AdminLimits): void {
  const streams = new Set<WatchStream>()
  server.route({
    ...routeOf('watch'),
    handler: async (_request, reply) => {
      if (streams.size >= limits.watchers) {
        throw new PortcullisError('WATCH_LIMIT', `there are ${limits.watchers} watchers already`)
      }
      reply.hijack()
      const stream = openWatchStream(reply.raw, {
        subscribe,
        limits,
        onClose: () => streams.delete(stream),
      })
      streams.add(stream)
    },
  })
  server.addHook('preClose', async () => {
    for (const stream of streams) stream.end()
  })
}

function codeOfRequest(error: FastifyError): ErrorCode {
  if (error instanceof PortcullisError) return codeOf(error)
  if (error.validation !== undefined) return 'REQUEST_INVALID'
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'REQUEST_TOO_LARGE'
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'REQUEST_CONTENT_TYPE'
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'REQUEST_MALFORMED_JSON'
    default:
      return 'INTERNAL'
  }
}

function bodyOf(code: ErrorCode, message: string): ErrorBody {
  return { error: { code, message, remedy: ERRORS[code].remedy } }
}
