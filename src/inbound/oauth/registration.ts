import { hash, randomBytes } from 'node:crypto'
import type { Context } from 'oidc-provider'
import { PortcullisError } from '../../kernel/errors.ts'
import { clientIdOf, readClientId } from '../../kernel/identity/client-id.ts'
import { publicJwk } from '../../kernel/identity/public-jwk.ts'
import { isJsonObject, type JsonValue } from '../../kernel/json/value.ts'
import type { PublicJwk } from '../../pipeline/ports.ts'
import { findRegistration } from './adapter.ts'
import { signing } from './clients.ts'
import { oauthError } from './failures.ts'
import type { OAuthDoorOptions } from './options.ts'
import { isRedirectUri } from './redirect-uri.ts'

/** Keys and redirect addresses of one registered client. */
export const CLIENT_KEYS_LIMIT = 8
export const REDIRECT_URIS_LIMIT = 8
const NAME_LENGTH_LIMIT = 100

/** 16 random bytes; the tilde keeps it from being the name of an agent. */
const ID_BYTES = 16

/**
 * The policy of dynamic registration (RFC 7591): whoever brings the token that an operator had made
 * for an agent registers one client as that agent, with keys of its own. Everything else that
 * metadata can say is decided by us.
 */
export function registrationPolicy({ store, clock }: OAuthDoorOptions) {
  return async (ctx: Context, properties: Record<string, unknown>): Promise<void> => {
    try {
      const token = ctx.oidc?.entities.InitialAccessToken?.jti ?? ''
      const now = clock.now()
      const open = findRegistration(token, store, now)
      if (open === undefined) throw refused()
      const client = read(properties)
      // Used up by the first who asks with metadata that hold.
      if (!store.useRegistration(open.tenant, hash('sha256', token, 'base64url'), now)) {
        throw refused()
      }
      const id = `~${randomBytes(ID_BYTES).toString('base64url')}`
      store.addClient(open.tenant, { id, agent: open.agent, ...client, registered: now })
      const client_id = clientIdOf(open.tenant, id)
      settle(properties, { ...client, client_id, tenant: open.tenant, agent: open.agent })
    } catch (error) {
      throw oauthError(error)
    }
  }
}

/** What was registered, by its id: for the receipt. */
export function registeredIn(
  body: unknown,
): { tenant: string; agent: string; id: string } | undefined {
  if (!isJsonObject(body)) return undefined
  const { tenant, agent, client_id: id } = body
  const named = typeof tenant === 'string' && typeof agent === 'string' && typeof id === 'string'
  return named && readClientId(id) !== undefined ? { tenant, agent, id } : undefined
}

interface Registering {
  readonly keys: readonly PublicJwk[]
  readonly redirectUris: readonly string[]
  readonly name?: string
}

function read(properties: Record<string, unknown>): Registering {
  const { jwks, redirect_uris: uris = [], client_name: name } = properties
  const { token_endpoint_auth_method: method = 'private_key_jwt' } = properties
  const keys = isJsonObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : []
  if (method !== 'private_key_jwt' || 'jwks_uri' in properties) {
    throw invalid('a client proves itself with a key that it registers')
  }
  if (keys.length < 1 || keys.length > CLIENT_KEYS_LIMIT) throw invalid('it registers keys')
  if (!Array.isArray(uris) || uris.length > REDIRECT_URIS_LIMIT) throw invalid('redirect_uris')
  const named = name === undefined || isShort(name, NAME_LENGTH_LIMIT)
  if (!named || !uris.every(isRedirectUri)) throw invalid('an address or its name')
  return {
    ...{ keys: keys.map(keyOf), redirectUris: uris.map(String) },
    ...(typeof name === 'string' && { name }),
  }
}

function keyOf(jwk: JsonValue): PublicJwk {
  const key = publicJwk(isJsonObject(jwk) ? jwk : {})
  if (key === undefined) throw invalid('keys are public ones, P-256 or Ed25519')
  return key
}

/** What the provider then checks and answers with. */
function settle(
  properties: Record<string, unknown>,
  client: Registering & { readonly client_id: string; readonly tenant: string; agent: string },
): void {
  const { client_id_issued_at } = properties
  for (const name of Object.keys(properties)) delete properties[name]
  const { client_id, tenant, agent, keys, redirectUris, name } = client
  const people = redirectUris.length > 0
  Object.assign(properties, {
    ...{ client_id, client_id_issued_at, tenant, agent, application_type: 'native' },
    ...(name && { client_name: name }),
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: signing(keys),
    redirect_uris: redirectUris,
    response_types: people ? ['code'] : [],
    grant_types: ['client_credentials', ...(people ? ['authorization_code', 'refresh_token'] : [])],
  })
}

function isShort(text: unknown, limit: number): boolean {
  return typeof text === 'string' && text.length <= limit
}

function refused(): PortcullisError {
  return new PortcullisError('OAUTH_REGISTRATION_REFUSED', 'the registration is not open')
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('OAUTH_METADATA_INVALID', message)
}
