import type { Client, Context, Provider } from 'oidc-provider'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkMtlsCert,
  resolveRequestedResources,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { delegate } from '../../kernel/identity/delegation.ts'
import { parseScopes } from '../../kernel/identity/scopes.ts'
import type { OAuthAgent } from '../../pipeline/ports.ts'
import { oauthError } from './failures.ts'
import type { Issue } from './issue.ts'
import type { ExchangeSubject, OAuthDoorOptions } from './options.ts'
import { ACCESS_TOKEN, resourceOf, TOKEN_EXCHANGE } from './places.ts'

/** What a request may say. `may_act` picks who alone may act on with what comes of it. */
const PARAMETERS = [
  ...['subject_token', 'subject_token_type', 'requested_token_type'],
  ...['actor_token', 'actor_token_type', 'scope', 'resource', 'audience', 'may_act'],
]

export interface ExchangeParts {
  readonly options: OAuthDoorOptions
  readonly issue: Issue
  readonly issuer: string
}

/**
 * Token exchange (RFC 8693) as a grant: the client, which has proved itself, gets a token of its
 * own to act with for the subject. Its proof of possession is checked as for every other grant.
 */
export function registerTokenExchange(provider: Provider, parts: ExchangeParts): void {
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    (ctx) => exchange(ctx, provider, parts),
    PARAMETERS,
    [],
  )
}

async function exchange(ctx: Context, provider: Provider, parts: ExchangeParts): Promise<void> {
  const { oidc } = ctx
  const { client, params = {} } = oidc ?? {}
  if (client === undefined) throw new PortcullisError('INTERNAL', 'a grant without a client')
  const asked = params.scope
  checkShape(params, parts.issuer)
  const proof = await validateDpop(provider, ctx)
  const certificate = checkMtlsCert(provider, ctx)
  const [resource] = await resolveRequestedResources(provider, ctx)
  const agent = parts.issue.agentOf(client)
  const subject = await delegated({ ...params, scope: asked }, { agent, client }, parts)
  const { warrant } = subject
  const seconds = Math.floor((warrant.expires - parts.options.clock.now()) / 1000)
  if (seconds < 1) throw oauthError(new PortcullisError('IDENTITY_EXPIRED', 'it ends just now'))
  const token = new provider.AccessToken({
    ...{ accountId: warrant.chain[0]?.id ?? '-', client, gty: 'token_exchange' },
    ...{ scope: warrant.scopes.join(' '), expiresIn: seconds },
  })
  token.resourceServer = resource
  if (certificate !== undefined) token.setThumbprint('x5t', certificate)
  if (proof !== undefined) {
    await checkDpopReplay(provider, ctx, proof, client.clientId)
    token.setThumbprint('jkt', proof.thumbprint)
  }
  parts.issue.exchanged(token, subject)
  oidc?.entity('AccessToken', token)
  ctx.body = buildTokenResponse(provider, {
    ...{ accessToken: await token.save(), issuedTokenType: ACCESS_TOKEN },
    ...{ expiresIn: token.expiration, scope: token.scope, tokenType: token.tokenType },
  })
}

type Parameters = Record<string, string | undefined>

/** Who asks is the actor: it has proved itself as a client, so no other is named beside it. */
function checkShape(params: Parameters, issuer: string): void {
  const { subject_token: subject, subject_token_type: type, requested_token_type: wanted } = params
  const { actor_token: actor, audience } = params
  const right = subject !== undefined && type === ACCESS_TOKEN && actor === undefined
  if (!right || (wanted !== undefined && wanted !== ACCESS_TOKEN)) {
    const message = 'an exchange takes a subject token and gives an access token'
    throw oauthError(new PortcullisError('OAUTH_REQUEST_INVALID', message))
  }
  if (audience !== undefined && audience !== resourceOf(issuer)) {
    throw oauthError(new PortcullisError('OAUTH_TARGET_INVALID', 'that is no audience of ours'))
  }
}

async function delegated(
  { subject_token: token = '', scope, may_act: mayAct }: Parameters,
  { agent, client }: { agent: OAuthAgent; client: Client },
  { options }: ExchangeParts,
): Promise<ExchangeSubject> {
  const now = options.clock.now()
  try {
    const { warrant, consent } = await options.subject(token, now)
    const certified = client.tlsClientCertificateBoundAccessTokens === true
    const via = certified ? 'svid' : 'client-jwt'
    const { tenant, id, actsFor, scopes } = agent
    const actor = { tenant, actsFor, scopes, link: { kind: 'agent', id, via } } as const
    const given = delegate(warrant, actor, {
      ...{ until: now + agent.tokenTtlMs, depth: options.delegationDepth, mayAct },
      scopes: scope === undefined ? undefined : parseScopes(scope),
    })
    return consent === undefined ? { warrant: given } : { warrant: given, consent }
  } catch (error) {
    // Why a subject token is no good is told to whoever runs this, and to nobody else.
    const hidden = codeOf(error).startsWith('IDENTITY_')
    const code = hidden ? 'OAUTH_GRANT_INVALID' : codeOf(error)
    throw oauthError(
      hidden ? new PortcullisError(code, 'the subject token', { cause: error }) : error,
    )
  }
}
