import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { codeOf, ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT, isTenant, type Tenant } from '../../kernel/identity/tenant.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { Gate, Log, PasswordLogin } from '../../pipeline/ports.ts'
import { readBody } from '../read-body.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'

/** Bytes of a request, and milliseconds for it to arrive. */
export const PEOPLE_BODY_LIMIT = 64 * 1024
export const PEOPLE_BODY_WAIT_MS = 10_000

/** Where a request comes from, and the session that it brings, if any. */
export interface From {
  readonly source: string
  readonly replaces?: string
}

/** What people may do about their own logins. Whatever it answers goes out as it is. */
export interface PeopleService {
  password(login: PasswordLogin, from: From): Promise<object>
  elevate(token: string, code: string, source: string): Promise<object>
  changePassword(token: string, change: PasswordChange, source: string): Promise<object>
  logout(token: string, source: string): Promise<object>
  whoami(token: string, source: string): Promise<object>
  beginProvider(provider: string, tenant: Tenant, redirectUri: string): Promise<object>
  finishProvider(provider: string, answer: ProviderAnswer, from: From): Promise<object>
  beginPasskey(token: string, source: string): Promise<object>
  finishPasskey(token: string, answer: PasskeyAnswer, source: string): Promise<object>
  beginPasskeyLogin(tenant: Tenant): Promise<object>
  finishPasskeyLogin(answer: PasskeyAnswer, from: From): Promise<object>
}

export interface PasswordChange {
  readonly password: string
  readonly next: string
}

export interface ProviderAnswer {
  readonly flow: string
  /** The address that the browser was sent back to. */
  readonly callback: string
}

export interface PasskeyAnswer {
  readonly flow: string
  /** What the authenticator answers, as browsers give it (`toJSON`). */
  readonly response: JsonObject
}

export interface PeopleDoorOptions {
  readonly service: PeopleService
  readonly gate: Gate
  readonly log: Log
}

interface Asked {
  readonly body: JsonObject
  readonly source: string
  readonly token: string | undefined
  readonly params: Readonly<Record<string, string>>
}

type Handler = (asked: Asked) => Promise<object>

/**
 * The way in for people, as JSON over HTTP. There are no cookies: a session is a bearer token that
 * its holder sends, so that no other site can send it.
 */
export function createPeopleDoor({ service, gate, log }: PeopleDoorOptions): FastifyPluginAsync {
  const routes: Readonly<Record<string, Handler>> = {
    login: (asked) => service.password(loginOf(asked), fromOf(asked)),
    elevate: ({ body, source, ...asked }) =>
      service.elevate(tokenOf(asked), textOf(body, 'code'), source),
    password: ({ body, source, ...asked }) => {
      const change = { password: textOf(body, 'password'), next: textOf(body, 'next') }
      return service.changePassword(tokenOf(asked), change, source)
    },
    logout: (asked) => service.logout(tokenOf(asked), asked.source),
    whoami: (asked) => service.whoami(tokenOf(asked), asked.source),
    'oidc/:provider/begin': ({ params, body }) =>
      service.beginProvider(params.provider ?? '', tenantIn(body), textOf(body, 'redirect_uri')),
    'oidc/:provider/finish': (asked) => {
      const { params, body } = asked
      const answer = { flow: textOf(body, 'flow'), callback: textOf(body, 'callback') }
      return service.finishProvider(params.provider ?? '', answer, fromOf(asked))
    },
    'passkeys/register/begin': (asked) => service.beginPasskey(tokenOf(asked), asked.source),
    'passkeys/register/finish': (asked) =>
      service.finishPasskey(tokenOf(asked), passkeyIn(asked), asked.source),
    'passkeys/login/begin': ({ body }) => service.beginPasskeyLogin(tenantIn(body)),
    'passkeys/login/finish': (asked) => service.finishPasskeyLogin(passkeyIn(asked), fromOf(asked)),
  }
  return async (server: FastifyInstance) => {
    for (const [path, handler] of Object.entries(routes)) {
      server.post(`/people/${path}`, async (request, reply) => {
        reply.header('cache-control', 'no-store')
        try {
          return await reply.send(await handler(await read(request)))
        } catch (error) {
          return await refuse(error, { request, reply, gate, log })
        }
      })
    }
  }
}

interface Refused extends Pick<PeopleDoorOptions, 'gate' | 'log'> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Logins have their receipt already; what never became one has it from here. */
async function refuse(error: unknown, { request, reply, gate, log }: Refused) {
  const code = codeOf(error)
  logDefect('login', error, log)
  if (!isRecorded(code)) {
    const channel = { door: 'login', peer: sourceOf(request), run: '-' }
    await recordRefusal({ code, channel }, gate, log)
  }
  const { http, agent: message } = ERRORS[code]
  return reply.code(http).send({ error: { code, message } })
}

/** What the gate and the logins refuse has its receipt from them. */
function isRecorded(code: ErrorCode): boolean {
  if (code === 'IDENTITY_MISSING' || code === 'IDENTITY_PROVIDER_UNAVAILABLE') return false
  return /^(?:IDENTITY_|SESSION_ENDED|LOGIN_REFUSED|AUTHENTICATION_THROTTLED)/.test(code)
}

async function read(request: FastifyRequest): Promise<Asked> {
  const { raw, headers } = request
  const [essence = ''] = (headers['content-type'] ?? '').split(';')
  // A form of another site can send no such type without asking first.
  if (essence.trim().toLowerCase() !== 'application/json') {
    throw new PortcullisError('REQUEST_CONTENT_TYPE', 'the body is not JSON')
  }
  const bytes = await readBody(raw, { limitBytes: PEOPLE_BODY_LIMIT, waitMs: PEOPLE_BODY_WAIT_MS })
  const body = parseStrictJson(bytes)
  if (!isJsonObject(body)) throw invalid('the body is no object')
  const token = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const params = Object.fromEntries(Object.entries(Object(request.params)).map(asTexts))
  return { body, token, params, source: sourceOf(request) }
}

function asTexts([name, value]: [string, unknown]): [string, string] {
  return [name, String(value)]
}

function sourceOf({ raw }: FastifyRequest): string {
  return raw.socket.remoteAddress ?? '-'
}

function loginOf({ body, source }: Asked): PasswordLogin {
  const code = body.code === undefined ? {} : { code: textOf(body, 'code') }
  const [name, password] = [textOf(body, 'name'), textOf(body, 'password')]
  return { tenant: tenantIn(body), name, password, ...code, source }
}

function fromOf({ source, token }: Asked): From {
  return { source, ...(token !== undefined && { replaces: token }) }
}

function tokenOf({ token }: Pick<Asked, 'token'>): string {
  if (token !== undefined) return token
  throw new PortcullisError('IDENTITY_MISSING', 'the request brings no session')
}

function textOf(body: JsonObject, key: string): string {
  const value = body[key]
  if (typeof value === 'string') return value
  throw invalid(`\`${key}\` is no text`)
}

function passkeyIn({ body }: Asked): PasskeyAnswer {
  const { response } = body
  if (isJsonObject(response)) return { flow: textOf(body, 'flow'), response }
  throw invalid('`response` is no object')
}

function tenantIn({ tenant = DEFAULT_TENANT }: JsonObject): Tenant {
  if (typeof tenant === 'string' && isTenant(tenant)) return tenant
  throw invalid('`tenant` is not spelt as one')
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
