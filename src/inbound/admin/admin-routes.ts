import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ADMIN_ROUTES, type AdminRoute } from '../../contract/admin-api.ts'
import type { AskedOfAdmin } from '../../kernel/admin/admin-call.ts'
import { codeOf, ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Channel, Gate, Log, Standing } from '../../pipeline/ports.ts'
import { logDefect } from '../record-refusal.ts'
import { adminCall } from './ask-admin.ts'
import { errorBody } from './error-body.ts'
import { guarded, RECEIPTED, receipted, refusalOf, sayingOf } from './guarded.ts'
import { COMMANDS } from './perform.ts'
import { routeOf } from './route-of.ts'
import type { Subscribe, WatchLimits } from './watch-stream.ts'
import { createWatches } from './watches.ts'

export interface AdminLimits extends WatchLimits {
  readonly bodyBytes: number
  readonly connections: number
  readonly watchers: number
  /** Milliseconds that a call which needs approval waits for it before it is told to ask again. */
  readonly heldWaitMs: number
}

export const DEFAULT_ADMIN_LIMITS: AdminLimits = {
  bodyBytes: 16 * 1024,
  connections: 64,
  watchers: 16,
  bufferBytes: 1024 * 1024,
  lingerMs: 2_000,
  heldWaitMs: 5_000,
}

/** What was refused, to whom where that is known. */
export interface AdminRefusal {
  readonly code: ErrorCode
  /** As the contract writes it: what stands in an address is the caller's. */
  readonly route: string
  readonly channel: Channel
  readonly identity: Identity | undefined
}

export interface AdminDoorOptions {
  /** Decides, and carries out what changes something. */
  readonly gate: Pick<Gate, 'admit' | 'guard' | 'permit'>
  /** Carries out what only looks, once it is permitted. */
  readonly look: (asked: AskedOfAdmin, identity: Identity) => Promise<object>
  /** What this one may watch. */
  readonly watchOf: (identity: Identity) => Subscribe
  /** What a request presents. */
  readonly credentialOf: (request: FastifyRequest['raw']) => Credential
  readonly log: Log
  /** Records what was refused and has no receipt yet. */
  readonly refused: (refusal: AdminRefusal) => Promise<void>
  /** Tells what was taken back: the watches of whoever had it end at once. */
  readonly standing?: Pick<Standing, 'onEnd'>
  readonly limits?: Partial<AdminLimits>
}

/**
 * The admin API. Each request is turned into the action that the contract says it is, and the gate
 * decides it like any other: what changes something is carried out behind the guard, what only
 * looks once it is permitted.
 */
export function addAdminRoutes(server: FastifyInstance, options: AdminDoorOptions): void {
  const limits = { ...DEFAULT_ADMIN_LIMITS, ...options.limits }
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    const code = codeOfRequest(error)
    if (code === 'INTERNAL') logDefect('admin', error, options.log)
    if (!RECEIPTED.has(error)) await recordRefused(code, request, options)
    return refuse(reply, code, error.message)
  })
  server.addHook('onRequest', async (request) => {
    // Nobody's body is read before it is known whose it is. One object for `admit` and `guard`:
    // what proves possession proves it for one request.
    await admit(options.credentialOf(request.raw), request, options)
  })
  const credentialOf = (request: FastifyRequest) => ADMITTED.get(request)?.credential ?? NOTHING
  for (const name of COMMANDS) addCommand(name, { ...options, server, limits, credentialOf })
  addWatch({ ...options, server, limits, credentialOf })
}

type Whole = Omit<AdminDoorOptions, 'credentialOf'> & {
  readonly credentialOf: (request: FastifyRequest) => Credential
  readonly server: FastifyInstance
  readonly limits: AdminLimits
}

/** What goes back to a request that came to no route. */
export function addNotFound(server: FastifyInstance, options: AdminDoorOptions): void {
  server.setNotFoundHandler(async (request, reply) => {
    const code = 'REQUEST_ROUTE_UNKNOWN'
    await recordRefused(code, request, options)
    return refuse(reply, code, `nothing here answers \`${request.method}\``)
  })
}

function addCommand(name: (typeof COMMANDS)[number], { server, ...options }: Whole): void {
  const { action }: AdminRoute = ADMIN_ROUTES[name]
  const { gate, look, credentialOf, limits } = options
  server.route({
    bodyLimit: limits.bodyBytes,
    ...routeOf(name),
    async handler(request, reply) {
      if (action.confidential) reply.header('cache-control', 'no-store')
      const call = adminCall(name, request)
      const asked = {
        action: call,
        credential: credentialOf(request),
        channel: channelOf(request),
      }
      if (!action.changes) {
        const permission = await gate.permit(asked)
        if (permission.kind === 'refused') throw refusalOf(permission, call)
        if (permission.kind === 'permitted') return look(call.asked, permission.identity)
      }
      return guarded(asked, { gate, response: reply.raw, limits })
    },
  })
}

function addWatch({ server, ...options }: Whole): void {
  const { gate, credentialOf } = options
  const watches = createWatches(options)
  server.route({
    ...routeOf('watch'),
    async handler(request, reply) {
      const action = adminCall('watch', request)
      const credential = credentialOf(request)
      const asked = { action, credential, channel: channelOf(request) }
      const permission = await gate.permit(asked)
      if (permission.kind === 'refused') throw refusalOf(permission, action)
      if (permission.kind === 'conditional') {
        throw new PortcullisError('POLICY_DENIED', 'a watch fulfils no conditions')
      }
      watches.open(permission.identity, reply)
    },
  })
  server.addHook('preClose', async () => watches.endAll())
}

/** Receipts of administration have this run: it knows no sessions. */
export const ADMIN_RUN = 'admin'

function channelOf({ raw }: FastifyRequest): Channel {
  return { door: 'admin', peer: raw.socket.remoteAddress ?? 'local', run: ADMIN_RUN }
}

/** Who sent each request that is under way, and by what that was proved. */
const ADMITTED = new WeakMap<FastifyRequest, { credential: Credential; identity: Identity }>()
const NOTHING: Credential = { kind: 'none' }

/** @throws PortcullisError the refusal, which the gate has recorded. */
async function admit(
  credential: Credential,
  request: FastifyRequest,
  { gate }: AdminDoorOptions,
): Promise<void> {
  try {
    const identity = await gate.admit(credential, channelOf(request))
    ADMITTED.set(request, { credential, identity })
  } catch (error) {
    const code = codeOf(error)
    // The same words for every proof that does not hold: they are no oracle.
    throw receipted(new PortcullisError(code, sayingOf(code)))
  }
}

/** A refusal stands even where it can't be recorded, so this never rejects. */
async function recordRefused(
  code: ErrorCode,
  request: FastifyRequest,
  { refused, log }: AdminDoorOptions,
): Promise<void> {
  const { method, routeOptions } = request
  try {
    const identity = ADMITTED.get(request)?.identity
    const route = `${method} ${routeOptions.url ?? '-'}`
    await refused({ code, route, channel: channelOf(request), identity })
  } catch (error) {
    log.error('refusal.unrecorded', { code, door: 'admin', cause: codeOf(error) })
  }
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

function refuse(reply: FastifyReply, code: ErrorCode, message: string): FastifyReply {
  const { http } = ERRORS[code]
  // RFC 6750 section 3: whoever is not proved is told how one proves oneself.
  if (http === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(http).send(errorBody(code, message))
}
