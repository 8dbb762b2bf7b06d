import { readFileSync } from 'node:fs'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { Agent, fetch as fetchThrough, type RequestInit } from 'undici'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Clock, ProvedAccount } from '../../pipeline/ports.ts'
import { FlowBook } from '../flow-book.ts'
import { type ClaimRules, type Claims, personOf } from './claims.ts'

/** Seconds that a request to the provider may take. */
export const PROVIDER_WAIT_SECONDS = 10
/** How long what a provider says of itself is believed, in milliseconds. */
export const METADATA_LIFE_MS = 3_600_000

export interface OidcOptions extends ClaimRules {
  /** `corp` of `[identity.oidc.corp]`. */
  readonly name: string
  readonly tenants: readonly string[]
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** File in PEM: the only authority that is believed; by default those of the system. */
  readonly ca?: string
  readonly scope: string
  readonly redirectUris: readonly string[]
  readonly clock: Pick<Clock, 'now'>
}

interface Asked {
  readonly tenant: Tenant
  readonly redirectUri: string
  readonly verifier: string
  readonly nonce: string
  readonly state: string
}

/** A login that has begun: where to send the browser, and what to present when it is back. */
export interface BegunLogin {
  readonly url: string
  /** Whoever began keeps it: without it nobody can end the login, with another's code neither. */
  readonly flow: string
}

/**
 * Logins at an external provider (OpenID Connect Core 1.0): authorization code with PKCE (RFC
 * 7636), `state` and `nonce`, each new for every login. Only who began a login can end it.
 */
export class OidcLogins {
  readonly name: string
  readonly #options: OidcOptions
  readonly #flows = new FlowBook<Asked>()
  #known: { readonly metadata: Promise<Configuration>; readonly ends: number } | undefined

  constructor(options: OidcOptions) {
    this.#options = options
    this.name = `oidc:${options.name}`
  }

  /** @throws PortcullisError `REQUEST_INVALID` for an address that nobody has allowed. */
  async begin(tenant: Tenant, redirectUri: string): Promise<BegunLogin> {
    const { clock, scope, tenants } = this.#options
    if (!tenants.includes(tenant) || !this.#mayReturnTo(redirectUri)) {
      throw new PortcullisError('REQUEST_INVALID', 'no login from there may begin at the provider')
    }
    const configuration = await this.#provider()
    const [verifier, nonce, state] = [randomPKCECodeVerifier(), randomNonce(), randomState()]
    const url = buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: redirectUri, scope, nonce, state },
      ...{ code_challenge: await calculatePKCECodeChallenge(verifier) },
      code_challenge_method: 'S256',
    })
    const flow = this.#flows.begin({ tenant, redirectUri, verifier, nonce, state }, clock.now())
    return { url: url.href, flow }
  }

  /**
   * `callback` is the address that the browser was sent back to, or its query.
   * @throws PortcullisError `LOGIN_REFUSED`, `IDENTITY_PROVIDER_UNAVAILABLE`
   */
  async finish(
    flow: string,
    callback: string,
  ): Promise<{ readonly tenant: Tenant; readonly account: ProvedAccount }> {
    const asked = this.#flows.take(flow, this.#options.clock.now())
    if (asked === undefined) throw new PortcullisError('LOGIN_REFUSED', 'no such login was begun')
    const configuration = await this.#provider()
    const back = new URL(asked.redirectUri)
    back.search = URL.parse(callback, back.href)?.search ?? ''
    try {
      const tokens = await authorizationCodeGrant(configuration, back, {
        ...{ pkceCodeVerifier: asked.verifier, expectedNonce: asked.nonce },
        ...{ expectedState: asked.state, idTokenExpected: true },
      })
      const claims: Claims = tokens.claims() ?? {}
      const more = await this.#moreClaims(configuration, claims, tokens.access_token)
      return { tenant: asked.tenant, account: personOf({ ...more, ...claims }, this.#options) }
    } catch (cause) {
      throw new PortcullisError('LOGIN_REFUSED', 'the provider’s answer is not good', { cause })
    }
  }

  /** Some providers tell names and groups only there. The subject is compared by the library. */
  async #moreClaims(
    configuration: Configuration,
    claims: Claims,
    accessToken: string,
  ): Promise<Claims> {
    const { idClaim, rolesClaim } = this.#options
    const isComplete = claims[idClaim] !== undefined && claims[rolesClaim] !== undefined
    const { userinfo_endpoint: endpoint } = configuration.serverMetadata()
    if (isComplete || endpoint === undefined) return {}
    return { ...(await fetchUserInfo(configuration, accessToken, String(claims.sub))) }
  }

  /** RFC 8252 section 7.3: a program on this machine may listen on any port of loopback. */
  #mayReturnTo(address: string): boolean {
    const url = URL.parse(address)
    if (url === null || url.hash !== '' || url.username !== '') return false
    const isLoopback = url.protocol === 'http:' && /^(?:127\.0\.0\.1|\[::1\])$/.test(url.hostname)
    return isLoopback || this.#options.redirectUris.includes(address)
  }

  async #provider(): Promise<Configuration> {
    const now = this.#options.clock.now()
    if (this.#known === undefined || this.#known.ends <= now) {
      this.#known = { metadata: this.#discover(), ends: now + METADATA_LIFE_MS }
    }
    const known = this.#known
    try {
      return await known.metadata
    } catch (cause) {
      if (this.#known === known) this.#known = undefined
      const message = 'the identity provider does not say who it is'
      throw new PortcullisError('IDENTITY_PROVIDER_UNAVAILABLE', message, { cause })
    }
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, ca } = this.#options
    const url = new URL(issuer)
    return discovery(
      url,
      clientId,
      undefined,
      clientSecret === undefined ? None() : ClientSecretPost(clientSecret),
      {
        timeout: PROVIDER_WAIT_SECONDS,
        // The configuration lets `http` through for this machine alone.
        ...(url.protocol === 'http:' && { execute: [allowInsecureRequests] }),
        ...(ca !== undefined && { [customFetch]: trusting(ca) }),
      },
    )
  }
}

/** The fetch of Node trusts what the system trusts; that of undici can be told whom to trust. */
function trusting(ca: string): CustomFetch {
  const dispatcher = new Agent({ connect: { ca: readFileSync(ca) } })
  const through: unknown = (input: string, init: RequestInit) =>
    fetchThrough(input, { ...init, dispatcher })
  return through as CustomFetch
}
