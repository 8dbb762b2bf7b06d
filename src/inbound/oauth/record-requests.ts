import type { Context } from 'oidc-provider'
import { codeOf, ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { Channel } from '../../pipeline/ports.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'
import { codeOfFailure, errorBody } from './failures.ts'
import type { IssuedToken } from './issue.ts'
import type { OAuthDoorOptions } from './options.ts'
import { OAUTH_ROUTES } from './places.ts'
import type { AuthorizationServer } from './provider.ts'
import { registeredIn } from './registration.ts'

const FAILURES = [
  ...['grant.error', 'registration_create.error', 'authorization.error', 'server_error'],
  ...['jwks.error'],
]

/**
 * Puts receipts between the provider and its answers: no token and no client leaves before the
 * receipt that tells of it is durable, and no refusal before it is recorded.
 */
export function recordRequests(server: AuthorizationServer, options: OAuthDoorOptions): void {
  const { provider } = server
  const failures = new WeakMap<Context, Error>()
  for (const event of FAILURES) provider.on(event, (ctx, error) => void failures.set(ctx, error))
  provider.on('error', (_ctx, error) => logDefect('oauth', error, options.log))
  provider.use(async (ctx, next) => {
    await next()
    dropSessionCookie(ctx)
    const failure = failures.get(ctx)
    if (failure !== undefined) await refuse(ctx, failure, options)
    else await tell(ctx, server, options)
  })
}

function channelOf({ req }: Context): Channel {
  return { door: 'oauth', peer: req.socket.remoteAddress ?? '-', run: '-' }
}

async function refuse(ctx: Context, failure: Error, options: OAuthDoorOptions): Promise<void> {
  const code = codeOfFailure(failure)
  if (code === undefined) return
  const { gate, log } = options
  if (code === 'INTERNAL') logDefect('oauth', failure, log)
  // The client has proved who it is, unless that is what failed.
  const client = code === 'OAUTH_CLIENT_UNPROVED' ? undefined : provedClient(ctx)
  await recordRefusal({ code, channel: channelOf(ctx), identity: client }, gate, log)
  if (isMachineRoute(ctx)) answer(ctx, code, errorOf(ctx))
}

async function tell(ctx: Context, server: AuthorizationServer, options: OAuthDoorOptions) {
  const token = server.issue.issuedIn(ctx)
  const client = ctx.path === OAUTH_ROUTES.registration ? registeredIn(ctx.body) : undefined
  try {
    if (token !== undefined) {
      const event = { name: 'oauth.token_issued', detail: tokenText(token) } as const
      await options.gate.note(event, channelOf(ctx), holderOf(token))
    } else if (client !== undefined) {
      const detail = `${client.id} is ${client.agent} of ${client.tenant}`
      await options.gate.note({ name: 'oauth.client_registered', detail }, channelOf(ctx))
    }
  } catch (error) {
    options.log.error('oauth.unrecorded', { cause: codeOf(error) })
    answer(ctx, 'OAUTH_UNAVAILABLE', 'temporarily_unavailable')
  }
}

function holderOf({ id, warrant: { tenant, chain } }: IssuedToken): Identity {
  const holder = chain.at(-1)
  const links = chain.map((link) => (link === holder ? { ...link, session: id } : link))
  const principal = { kind: 'agent', id: holder?.id ?? '-', roles: [] } as const
  return { tenant, principal, chain: links }
}

function tokenText({ id, grant, binding, warrant }: IssuedToken): string {
  const { chain, scopes, expires } = warrant
  const who = chain.map(({ kind, id: name }) => `${kind}:${name}`).join(' > ')
  const until = new Date(expires).toISOString()
  const what = `${id} by ${grant} for ${who} until ${until}, bound to ${binding}`
  const text = `${what}: ${scopes.join(' ')}`
  return text.length > DETAIL_LIMIT ? `${text.slice(0, DETAIL_LIMIT - 1)}…` : text
}

/** Characters of what a receipt says of a token; its scopes may be many. */
const DETAIL_LIMIT = 500

function provedClient(ctx: Context): Identity | undefined {
  const client = ctx.path === OAUTH_ROUTES.token ? ctx.oidc?.client : undefined
  if (client === undefined || client.tenant === '-') return undefined
  return {
    tenant: tenantOf(client.tenant),
    principal: { kind: 'agent', id: client.agent, roles: [] },
    chain: [{ kind: 'agent', id: client.agent, via: 'client-jwt' }],
  }
}

function isMachineRoute({ path }: Context): boolean {
  return path === OAUTH_ROUTES.token || path === OAUTH_ROUTES.registration
}

function errorOf({ body }: Context): string {
  const error = body !== null && typeof body === 'object' && 'error' in body ? body.error : ''
  return typeof error === 'string' && error !== '' ? error : 'server_error'
}

function answer(ctx: Context, code: ErrorCode, error: string): void {
  const status = code === 'OAUTH_UNAVAILABLE' ? ERRORS[code].http : ctx.status
  ctx.body = errorBody(code, error)
  ctx.status = status
  ctx.type = 'json'
}

/** There are no sessions of browsers here, so nobody is given a cookie that names one. */
function dropSessionCookie(ctx: Context): void {
  const cookies = ctx.res.getHeader('set-cookie')
  if (!Array.isArray(cookies)) return
  const kept = cookies.filter((cookie) => !cookie.startsWith('pc_none'))
  if (kept.length > 0) ctx.set('set-cookie', kept)
  else ctx.remove('set-cookie')
}
