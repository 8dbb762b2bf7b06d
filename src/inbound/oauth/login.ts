import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, Interaction, Provider } from 'oidc-provider'
import { codeOf, ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { parseScopes } from '../../kernel/identity/scopes.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { Channel, Consent, LoggedIn, Logins } from '../../pipeline/ports.ts'
import { readBody } from '../read-body.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'
import { errorPage, loginPage, pageHeaders } from './login-page.ts'
import type { OAuthDoorOptions } from './options.ts'
import { loginUrl } from './provider.ts'
import { formTargetOf } from './redirect-uri.ts'

/** Bytes of a filled-in form, and how long it may take to arrive. */
export const LOGIN_BODY_LIMIT = 8 * 1024
export const LOGIN_BODY_WAIT_MS = 10_000

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** An authorization that waits for a human, and the client that asks for it. */
interface Asked extends Exchange {
  readonly provider: Provider
  readonly interaction: Interaction
  readonly client: Client
  readonly scopes: readonly string[]
  readonly redirectUri: string
  readonly resource: string
}

/**
 * The page on which a human logs in and consents that an agent acts for it: one form, no script.
 * The cookie of the interaction ties it to the browser that began; it is good for this page alone.
 */
export function createLogin(
  options: OAuthDoorOptions,
  login: Logins['password'],
  provider: () => Provider,
) {
  const { gate, log } = options
  const channelOf = ({ socket }: IncomingMessage): Channel => ({
    ...{ door: 'oauth', peer: socket.remoteAddress ?? '-', run: '-' },
  })
  const serve = async (exchange: Exchange, work: (asked: Asked) => Promise<void>) => {
    const { request, response } = exchange
    try {
      await work(await asked(exchange, provider()))
    } catch (error) {
      const code =
        codeOf(error) === 'INTERNAL' && isGone(error) ? 'OAUTH_LOGIN_REFUSED' : codeOf(error)
      logDefect('oauth', code === 'INTERNAL' ? error : undefined, log)
      await recordRefusal({ code, channel: channelOf(request) }, gate, log)
      send(response, { status: ERRORS[code].http, html: errorPage(ERRORS[code].agent) })
    }
  }
  const show = (asking: Asked, refused?: ErrorCode) => {
    const { response, redirectUri } = asking
    const target = formTargetOf(redirectUri)
    const html = loginPage(pageOf(asking, options, refused && ERRORS[refused].agent))
    send(response, { status: refused === undefined ? 200 : ERRORS[refused].http, html, target })
  }
  const submit = async (asking: Asked) => {
    const form = await readForm(asking.request)
    if (form.get('decision') !== 'allow') return refuse(asking)
    const channel = channelOf(asking.request)
    const tenant = tenantOf(asking.client.tenant)
    let person: LoggedIn
    try {
      person = await login({ ...claimOf(form), tenant, source: channel.peer })
    } catch (error) {
      const code = codeOf(error)
      logDefect('oauth', error, log)
      await recordRefusal({ code, channel }, gate, log)
      return show(asking, code)
    }
    await consent(asking, person, { ...options, channel })
  }
  return {
    show: (request: IncomingMessage, response: ServerResponse) =>
      serve({ request, response }, async (asking) => show(asking)),
    submit: (request: IncomingMessage, response: ServerResponse) =>
      serve({ request, response }, submit),
  }
}

/** The provider has no code of ours for a page that is over. */
function isGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'SessionNotFound'
}

async function asked(exchange: Exchange, provider: Provider): Promise<Asked> {
  const { request, response } = exchange
  const interaction = await provider.interactionDetails(request, response)
  // The cookie is for one page; another one's form is not sent with it.
  const here = (request.url ?? '').split('?')[0] === loginUrl(interaction.uid)
  const { client_id: id = '', scope = '', redirect_uri: redirectUri, resource } = interaction.params
  const client = await provider.Client.find(id)
  if (!here || client === undefined || redirectUri === undefined || resource === undefined) {
    throw new PortcullisError('OAUTH_LOGIN_REFUSED', 'the page is another one’s')
  }
  const scopes = parseScopes(scope)
  return { ...exchange, provider, interaction, client, scopes, redirectUri, resource }
}

function pageOf(asking: Asked, { consentTtlMs }: OAuthDoorOptions, refusal?: string) {
  const { interaction, client, scopes, redirectUri } = asking
  const { protocol, host } = new URL(redirectUri)
  return {
    ...{ action: loginUrl(interaction.uid), agent: client.agent, clientName: client.clientName },
    ...{ scopes, back: host || protocol, consentTtlMs, refusal },
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new PortcullisError('REQUEST_CONTENT_TYPE', 'the body is no form')
  }
  const body = await readBody(request, { limitBytes: LOGIN_BODY_LIMIT, waitMs: LOGIN_BODY_WAIT_MS })
  return new URLSearchParams(Buffer.from(body).toString('utf8'))
}

function claimOf(form: URLSearchParams) {
  const code = form.get('code')?.trim() ?? ''
  const claim = { name: form.get('name') ?? '', password: form.get('password') ?? '' }
  return code === '' ? claim : { ...claim, code }
}

/** The consent is durable and has its receipt before the browser goes back with a code for it. */
async function consent(
  asking: Asked,
  person: LoggedIn,
  { store, gate, clock, consentTtlMs, channel }: OAuthDoorOptions & { readonly channel: Channel },
): Promise<void> {
  const { provider, resource, client, scopes } = asking
  const { tenant, id: human, via, mfaVerified, roles, attributes } = person
  if (tenant !== client.tenant) throw new PortcullisError('OAUTH_LOGIN_REFUSED', 'another tenant')
  const id = `${tenant}.${randomBytes(16).toString('base64url')}`
  const accountId = `${tenant}/${human}`
  const grant = new provider.Grant({ accountId, clientId: client.clientId, jti: id })
  grant.addResourceScope(resource, scopes.join(' '))
  const begun = clock.now()
  const known = { via, mfaVerified, roles, attributes }
  const kept: Consent = { id, human, ...known, begun, expires: begun + consentTtlMs }
  store.keepConsent(tenant, kept)
  const chain = [{ kind: 'human', id: human, via, session: id }] as const
  const identity = { tenant, principal: { kind: 'human', id: human, roles }, chain } as const
  const detail = `${human} lets ${client.agent} act, until ${new Date(kept.expires).toISOString()}`
  await gate.note(
    { name: 'oauth.consent_given', detail: `${detail}: ${scopes.join(' ')}` },
    channel,
    identity,
  )
  await grant.save()
  await finish(asking, { login: { accountId, remember: false }, consent: { grantId: id } })
}

function refuse(asking: Asked): Promise<void> {
  return finish(asking, { error: 'access_denied', error_description: 'the human refused' })
}

async function finish(
  { provider, request, response }: Asked,
  result: Record<string, unknown>,
): Promise<void> {
  const options = { mergeWithLastSubmission: false }
  const back = await provider.interactionResult(request, response, result, options)
  response.writeHead(303, { location: back, 'cache-control': 'no-store', 'content-length': 0 })
  response.end()
}

function send(
  response: ServerResponse,
  { status, html, target }: { status: number; html: string; target?: string },
): void {
  response.writeHead(status, { ...pageHeaders(target), 'content-length': Buffer.byteLength(html) })
  response.end(html)
}
