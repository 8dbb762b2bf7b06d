import { randomBytes } from 'node:crypto'
import { type Client, type Context, errors, Provider, type Token } from 'oidc-provider'
import { adapters } from './adapter.ts'
import { certificateAuth } from './certificate-auth.ts'
import { clientMetadata } from './clients.ts'
import { Issue } from './issue.ts'
import { errorPage, pageHeaders } from './login-page.ts'
import type { OAuthDoorOptions } from './options.ts'
import { CLIENT_ALGORITHMS, OAUTH_ROUTES, resourceOf, TOKEN_EXCHANGE } from './places.ts'
import { registrationPolicy } from './registration.ts'
import { registerTokenExchange } from './token-exchange.ts'

/** How long a code is good, in seconds: a browser goes back with it at once. */
export const CODE_LIFE_SECONDS = 60
/** How long a login page may stay open, in seconds. */
export const LOGIN_LIFE_SECONDS = 600
/** How long an assertion of a client may be good, in seconds (RFC 7523 section 3). */
export const ASSERTION_LIFE_SECONDS = 300
/** How far the clocks of clients may be off, in seconds. */
export const CLIENT_CLOCK_TOLERANCE_SECONDS = 5
/** How long an assertion may be, in characters. */
export const ASSERTION_LENGTH_LIMIT = 4_096

/** The authorization server itself, and what it decides of tokens. */
export interface AuthorizationServer {
  readonly provider: Provider
  readonly issue: Issue
}

/** Everything that we do not use is off; what is on is bound to our store, keys and clock. */
export function createProvider(options: OAuthDoorOptions, issuer: string): AuthorizationServer {
  const { store, clock, agents, certificates, signingKey } = options
  const issue = new Issue(options, issuer)
  const trustDomain = certificates?.trustDomain
  const metadata = clientMetadata({ agents, store, trustDomain })
  const jwk = { ...signingKey.export({ format: 'jwk' }), use: 'sig', alg: 'EdDSA' }
  const provider = new Provider(issuer, {
    adapter: adapters({ store, clock, clientMetadata: metadata }),
    jwks: { keys: [jwk] },
    features: features(options, { issue, issuer }),
    ...clients(certificates !== undefined),
    ...lives(options),
    routes: OAUTH_ROUTES,
    scopes: [],
    claims: { openid: ['sub'] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    allowOmittingSingleRegisteredRedirectUri: false,
    issueRefreshToken: async (_ctx: Context, client: Client) =>
      client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    findAccount: async (_ctx: Context, accountId: string) => ({
      ...{ accountId, claims: () => ({ sub: accountId }) },
    }),
    formats: {
      bitsOfOpaqueRandomness: 256,
      customizers: {
        jwt: (ctx: Context, token: Token, jwt: { payload: Record<string, unknown> }) =>
          issue.write(ctx, token, jwt),
      },
    },
    cookies: cookies(issuer),
    clientBasedCORS: () => false,
    renderError: refusalPage,
    interactions: { url: (_ctx: Context, { uid }: { uid: string }) => loginUrl(uid) },
  })
  registerTokenExchange(provider, { options, issue, issuer })
  return { provider, issue }
}

export function loginUrl(uid: string): string {
  return `${OAUTH_ROUTES.login}/${uid}`
}

function features(
  options: OAuthDoorOptions,
  { issue, issuer }: { readonly issue: Issue; readonly issuer: string },
) {
  const off = { enabled: false }
  return {
    ...{ devInteractions: off, userinfo: off, rpInitiatedLogout: off, introspection: off },
    ...{ pushedAuthorizationRequests: off, revocation: off, registrationManagement: off },
    clientCredentials: { enabled: true },
    dPoP: {
      ...{ enabled: true, nonceSecret: options.nonceSecret, allowReplay: false },
      requireNonce: () => true,
    },
    registration: {
      ...{ enabled: true, initialAccessToken: true, issueRegistrationAccessToken: false },
      // Ours is set by the policy, which knows the agent.
      idFactory: () => '-',
      policies: { agent: registrationPolicy(options) },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resourceOf(issuer),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx: Context, resource: string, client: Client) =>
        issue.resourceServer(ctx, resource, client),
    },
    mTLS: certificateAuth(options.certificates),
  }
}

function clients(mutualTls: boolean) {
  const algorithms = [...CLIENT_ALGORITHMS]
  return {
    clientAuthMethods: ['private_key_jwt', ...(mutualTls ? ['tls_client_auth'] : [])],
    clientDefaults: {
      ...{ grant_types: ['client_credentials', TOKEN_EXCHANGE], response_types: [] },
      ...{ id_token_signed_response_alg: 'EdDSA', response_modes: ['query'] },
      token_endpoint_auth_method: 'private_key_jwt',
    },
    extraClientMetadata: { properties: ['tenant', 'agent'] },
    enabledJWA: {
      ...{ clientAuthSigningAlgValues: algorithms, dPoPSigningAlgValues: algorithms },
      idTokenSigningAlgValues: ['EdDSA'],
    },
    clockTolerance: CLIENT_CLOCK_TOLERANCE_SECONDS,
    // RFC 7523 section 3, RFC 8725 section 3.1: short, and never of a key that it names itself.
    assertJwtClientAuthClaimsAndHeader: async (
      _ctx: Context,
      { exp, iat }: Record<string, unknown>,
      header: Record<string, unknown>,
    ) => {
      const now = Math.floor(Date.now() / 1000)
      const until = now + ASSERTION_LIFE_SECONDS + CLIENT_CLOCK_TOLERANCE_SECONDS
      const short = typeof exp === 'number' && exp <= until
      const late = typeof iat === 'number' && iat > now + CLIENT_CLOCK_TOLERANCE_SECONDS
      const foreign = ['jku', 'x5u', 'jwk', 'x5c', 'crit'].some((name) => name in header)
      if (!short || late || foreign) throw new errors.InvalidClientAuth()
    },
  }
}

function lives({ consentTtlMs }: OAuthDoorOptions) {
  const consent = Math.floor(consentTtlMs / 1000)
  return {
    ttl: {
      ...{ AuthorizationCode: CODE_LIFE_SECONDS, Interaction: LOGIN_LIFE_SECONDS },
      ...{ Session: LOGIN_LIFE_SECONDS, Grant: consent, RefreshToken: consent },
      // The resource says how long they are good; these hold where it does not.
      ...{ AccessToken: 900, ClientCredentials: 900, IdToken: 60 },
    },
  }
}

function cookies(issuer: string) {
  const options = {
    ...{ httpOnly: true, sameSite: 'lax', signed: true, secure: issuer.startsWith('https:') },
    overwrite: true,
  }
  return {
    names: { session: 'pc_none', interaction: 'pc_login', resume: 'pc_resume' },
    ...{ short: options, long: options, keys: [randomBytes(32).toString('base64url')] },
  }
}

/** To a browser: that it does not work, and nothing of what it sent. */
async function refusalPage(ctx: Context): Promise<void> {
  for (const [name, value] of Object.entries(pageHeaders())) ctx.set(name, value)
  ctx.body = errorPage(
    'This request cannot be authorized. Begin again in the program it came from.',
  )
}
