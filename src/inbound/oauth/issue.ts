import { type Client, type Context, errors, type Token } from 'oidc-provider'
import { PortcullisError } from '../../kernel/errors.ts'
import { delegationDepth, type Warrant } from '../../kernel/identity/delegation.ts'
import type { ActorLink } from '../../kernel/identity/principal.ts'
import { isNarrower, parseScopes } from '../../kernel/identity/scopes.ts'
import { tenantOf } from '../../kernel/identity/tenant.ts'
import type { OAuthAgent } from '../../pipeline/ports.ts'
import { isLoopbackConnection } from '../loopback.ts'
import { oauthError } from './failures.ts'
import type { ExchangeSubject, OAuthDoorOptions } from './options.ts'
import { resourceOf } from './places.ts'

/** A token that was signed in this request and has not left us yet. */
export interface IssuedToken {
  readonly id: string
  readonly grant: string
  readonly warrant: Warrant
  readonly binding: 'key' | 'certificate' | 'nothing'
}

/** What is decided about tokens while the provider makes them. */
export class Issue {
  readonly #options: OAuthDoorOptions
  readonly #issuer: string
  readonly #exchanged = new WeakMap<Token, ExchangeSubject>()
  readonly #issued = new WeakMap<Context, IssuedToken>()

  constructor(options: OAuthDoorOptions, issuer: string) {
    this.#options = options
    this.#issuer = issuer
  }

  /** The agent that a client is. @throws an error of the provider for one that is gone. */
  agentOf({ tenant, agent }: Client): OAuthAgent {
    const found = this.#options.agents(tenantOf(tenant), agent)
    if (found !== undefined) return found
    throw new errors.InvalidClientAuth()
  }

  /** Says of a token what it is to carry, before it is signed. */
  exchanged(token: Token, subject: ExchangeSubject): void {
    this.#exchanged.set(token, subject)
  }

  /** The token that was signed in a request. */
  issuedIn(ctx: Context): IssuedToken | undefined {
    return this.#issued.get(ctx)
  }

  /**
   * RFC 8707: what there are tokens for. The scope is what was asked for, or else all that the
   * agent may have, and never wider.
   */
  resourceServer(ctx: Context, resource: string, client: Client): object {
    if (resource !== resourceOf(this.#issuer)) throw new errors.InvalidTarget()
    const agent = this.agentOf(client)
    this.#checkStanding(agent)
    const scopes = this.#scopesIn(ctx, agent)
    if (ctx.oidc?.route === 'token') this.#checkBound(ctx, client)
    return {
      ...{ scope: scopes.join(' '), audience: resource, accessTokenFormat: 'jwt' },
      accessTokenTTL: Math.max(1, Math.floor(this.#lifeMs(ctx, agent) / 1000)),
      jwt: { sign: { alg: 'EdDSA' } },
    }
  }

  /** `formats.customizers.jwt`: who stands in the token, and for whom. */
  async write(ctx: Context, token: Token, { payload }: { payload: Record<string, unknown> }) {
    const { client } = token
    if (client === undefined) throw new PortcullisError('INTERNAL', 'a token without a client')
    const subject = this.#exchanged.get(token) ?? this.#subjectOf(token, client)
    const { warrant, consent } = subject
    const [first, ...actors] = warrant.chain
    const act = actors.reduce<object | undefined>(
      (inner, { id, kind, session: jti }) => ({
        ...{ sub: id, kind, ...(jti && { jti }) },
        ...(inner && { act: inner }),
      }),
      undefined,
    )
    Object.assign(payload, {
      ...{ sub: first?.id, kind: first?.kind, tenant: warrant.tenant },
      // What it was passed on by: taken back, that takes this token with it.
      ...(first?.kind !== 'human' && first?.session && { sub_jti: first.session }),
      ...(act && { act }),
      ...(consent && { sid: consent }),
      ...(warrant.mayAct && { may_act: { sub: warrant.mayAct, kind: 'agent' } }),
    })
    const expires = Number(payload.exp) * 1000
    this.#issued.set(ctx, {
      ...{ id: token.jti, grant: token.gty ?? 'client_credentials' },
      warrant: { ...warrant, expires },
      binding: token.jkt ? 'key' : token['x5t#S256'] ? 'certificate' : 'nothing',
    })
  }

  #subjectOf(token: Token, client: Client): ExchangeSubject {
    const tenant = tenantOf(client.tenant)
    const agent: ActorLink = { kind: 'agent', id: client.agent, via: 'client-jwt' }
    const scopes = parseScopes(token.scope ?? '')
    const common = { tenant, scopes, expires: 0 }
    if (token.accountId === undefined) return { warrant: { ...common, chain: [agent] } }
    const consent = token.grantId ?? ''
    const login = this.#options.store.consent(tenant, consent)
    if (login === undefined) throw new errors.InvalidGrant()
    const human: ActorLink = { kind: 'human', id: login.human, via: 'delegated' }
    const chain = [human, agent]
    if (delegationDepth(chain) > this.#options.delegationDepth) {
      throw oauthError(new PortcullisError('DELEGATION_TOO_DEEP', 'nobody may act for anybody'))
    }
    return { warrant: { ...common, chain }, consent }
  }

  #scopesIn(ctx: Context, agent: OAuthAgent): readonly string[] {
    const { params, entities } = ctx.oidc ?? {}
    const granted = entities?.AuthorizationCode?.scope ?? entities?.RefreshToken?.scope
    try {
      const asked = parseScopes(params?.scope ?? granted ?? agent.scopes.join(' '))
      if (!isNarrower(asked, agent.scopes)) {
        throw new PortcullisError('OAUTH_SCOPE_WIDER', 'the agent may not have these scopes')
      }
      // What the provider reads next is what was decided here.
      if (params !== undefined && params.scope === undefined) params.scope = asked.join(' ')
      return granted === undefined ? asked : parseScopes(granted)
    } catch (error) {
      throw oauthError(error)
    }
  }

  #checkStanding({ tenant, id }: OAuthAgent): void {
    const principal = { kind: 'agent', id, roles: [] } as const
    const chain = [{ kind: 'agent', id, via: 'client-jwt' }] as const
    const issued = this.#options.clock.now()
    try {
      this.#options.standing?.check({ tenant, principal, chain, credential: { id: '-', issued } })
    } catch (error) {
      throw oauthError(error)
    }
  }

  /** A token that whoever holds it may use is issued to this machine only. */
  #checkBound(ctx: Context, client: Client): void {
    if (client.tlsClientCertificateBoundAccessTokens === true || ctx.get('DPoP') !== '') return
    if (!isLoopbackConnection(ctx.req.socket)) {
      const message = 'a token that is bound to nothing is not issued to another machine'
      throw oauthError(new PortcullisError('OAUTH_PROOF_INVALID', message))
    }
    this.#options.log.warn('oauth.token_unbound', { client: client.clientId })
  }

  /** No longer than the consent that it is based on. */
  #lifeMs(ctx: Context, { tenant, tokenTtlMs }: OAuthAgent): number {
    const { entities } = ctx.oidc ?? {}
    const grant = (entities?.AuthorizationCode ?? entities?.RefreshToken)?.grantId
    if (grant === undefined) return tokenTtlMs
    const consent = this.#options.store.consent(tenant, grant)
    if (consent === undefined) throw new errors.InvalidGrant()
    return Math.min(tokenTtlMs, consent.expires - this.#options.clock.now())
  }
}
