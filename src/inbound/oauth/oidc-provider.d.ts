/** As much of `oidc-provider` 9.13 as the door uses: the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** A request on its way through the provider. */
  export interface Context {
    readonly req: IncomingMessage
    readonly res: ServerResponse
    readonly method: string
    readonly path: string
    status: number
    body: unknown
    type: string
    get(header: string): string
    set(header: string, value: string | string[]): void
    remove(header: string): void
    readonly oidc?: OidcContext
  }

  export interface OidcContext {
    readonly route: string
    readonly issuer: string
    readonly params?: Record<string, string | undefined>
    readonly client?: Client
    readonly entities: {
      readonly AuthorizationCode?: { readonly scope?: string; readonly grantId: string }
      readonly RefreshToken?: { readonly scope?: string; readonly grantId: string }
      readonly InitialAccessToken?: { readonly jti: string }
    }
    entity(name: string, value: unknown): void
  }

  export interface Client {
    readonly clientId: string
    readonly clientName?: string
    /** Of our own metadata. */
    readonly tenant: string
    readonly agent: string
    readonly tlsClientCertificateBoundAccessTokens?: boolean
    grantTypeAllowed(type: string): boolean
  }

  export interface Token {
    readonly kind: string
    readonly jti: string
    readonly client?: Client
    readonly clientId: string
    readonly accountId?: string
    readonly grantId?: string
    readonly gty?: string
    readonly scope?: string
    readonly jkt?: string
    readonly 'x5t#S256'?: string
    readonly expiration: number
    readonly tokenType: string
    resourceServer: unknown
    setThumbprint(kind: 'jkt' | 'x5t', value: unknown): void
    save(): Promise<string>
  }

  export interface Grant {
    readonly jti: string
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export interface Interaction {
    readonly uid: string
    readonly params: Record<string, string | undefined>
    readonly prompt: { readonly name: string }
  }

  export interface Payload extends Record<string, unknown> {
    readonly exp?: number
    readonly iat?: number
    readonly grantId?: string
  }

  /** What keeps one kind of thing for the provider. */
  export interface Adapter {
    upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>
    find(id: string): Promise<Payload | undefined>
    findByUid(uid: string): Promise<Payload | undefined>
    findByUserCode(code: string): Promise<undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grant: string): Promise<void>
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    readonly Client: { find(id: string): Promise<Client | undefined> }
    readonly Grant: new (input: {
      accountId: string
      clientId: string
      jti: string
    }) => Grant
    readonly AccessToken: new (
      input: Record<string, unknown>,
    ) => Token
    readonly ResourceServer: new (
      identifier: string,
      info: unknown,
    ) => unknown
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this
    on(event: string, listener: (ctx: Context, error: Error) => void): this
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    registerGrantType(
      name: string,
      handler: (ctx: Context & { readonly oidc: OidcContext }) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionResult(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options: { readonly mergeWithLastSubmission: boolean },
    ): Promise<string>
  }

  /** A failure as clients are told it (RFC 6749 section 5.2). */
  export interface ProviderError extends Error {
    readonly error: string
    readonly statusCode: number
  }
  type Plain = new (options?: ErrorOptions) => ProviderError

  export const errors: {
    readonly OIDCProviderError: new (status: number, message: string) => ProviderError
    readonly InvalidRequest: new (
      description: string,
      status?: number,
      options?: ErrorOptions,
    ) => ProviderError
    readonly InvalidScope: new (
      description: string,
      scope?: string,
      options?: ErrorOptions,
    ) => ProviderError
    readonly InvalidClientMetadata: new (
      description: string,
      options?: ErrorOptions,
    ) => ProviderError
    readonly InvalidTarget: Plain
    readonly InvalidGrant: Plain
    readonly InvalidClientAuth: Plain
    readonly InvalidDpopProof: Plain
    readonly InvalidToken: Plain
  }
}

/** What the provider's own grants check with; a grant of ours has to check no less. */
declare module 'oidc-provider/lib/helpers/grants.js' {
  import type { Context, Provider } from 'oidc-provider'

  interface Proof {
    readonly thumbprint: string
    readonly jti: string
  }
  export function validateDpop(provider: Provider, ctx: Context): Promise<Proof | undefined>
  export function checkDpopReplay(
    provider: Provider,
    ctx: Context,
    proof: Proof | undefined,
    clientId: string,
  ): Promise<void>
  export function checkMtlsCert(provider: Provider, ctx: Context): unknown
  export function resolveRequestedResources(
    provider: Provider,
    ctx: Context,
  ): Promise<readonly unknown[]>
  export function buildTokenResponse(
    provider: Provider,
    response: Record<string, unknown>,
  ): Record<string, unknown>
}
