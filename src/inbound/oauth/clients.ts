import { generateKeyPairSync } from 'node:crypto'
import type { Payload } from 'oidc-provider'
import { type ClientName, clientIdOf, readClientId } from '../../kernel/identity/client-id.ts'
import type { OAuthAgent, OAuthAgents, OAuthStore, PublicJwk } from '../../pipeline/ports.ts'
import { TOKEN_EXCHANGE } from './places.ts'

export interface ClientsOptions {
  readonly agents: OAuthAgents
  readonly store: Pick<OAuthStore, 'client' | 'keys'>
  /** The host in the SPIFFE ids that our authority gives, if there is one. */
  readonly trustDomain?: string | undefined
}

/**
 * Clients as the provider reads them, made anew from what is declared and kept at every request: a
 * key or an agent that is gone opens nothing from then on. For an unknown client there is one that
 * nobody has the key of, so that it fails like a known one with the wrong key.
 */
export function clientMetadata({ agents, store, trustDomain }: ClientsOptions) {
  const nobody = unknownKey()
  const known = (name: ClientName): Payload | undefined => {
    const { tenant } = name
    if (name.kind === 'registered') {
      const registered = store.client(tenant, name.id)
      const agent = registered && agents(tenant, registered.agent)
      if (registered === undefined || agent === undefined) return undefined
      const { keys, redirectUris, name: client_name } = registered
      return { ...metadataOf(agent, keys, redirectUris), ...(client_name && { client_name }) }
    }
    const agent = agents(tenant, name.agent)
    if (agent === undefined) return undefined
    if (name.kind === 'svid') return trustDomain === undefined ? undefined : certified(agent)
    const keys = [...agent.keys, ...store.keys(tenant, agent.id).map(({ jwk }) => jwk)]
    return keys.length === 0 ? undefined : metadataOf(agent, keys, agent.redirectUris)
  }
  return (id: string): Payload => {
    const name = readClientId(id)
    const ofUs = name?.kind !== 'svid' || id.startsWith(`spiffe://${trustDomain}/`)
    const metadata = name !== undefined && ofUs ? known(name) : undefined
    const found = metadata ?? { ...keyed([nobody]), ...plain, tenant: '-', agent: '-' }
    const certificate = found.token_endpoint_auth_method === 'tls_client_auth'
    return { ...found, client_id: id, ...(certificate && { tls_client_auth_san_uri: id }) }
  }
}

/** The key `client_id` is put in last, as it was asked for. */
const plain = {
  grant_types: ['client_credentials', TOKEN_EXCHANGE],
  redirect_uris: [],
  response_types: [],
  application_type: 'native',
}

function metadataOf(
  agent: OAuthAgent,
  keys: readonly PublicJwk[],
  redirectUris: readonly string[],
): Payload {
  return { ...ofAgent(agent, redirectUris), ...keyed(keys) }
}

function certified(agent: OAuthAgent): Payload {
  return {
    ...ofAgent(agent, agent.redirectUris),
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_certificate_bound_access_tokens: true,
  }
}

function keyed(keys: readonly PublicJwk[]): Payload {
  return { token_endpoint_auth_method: 'private_key_jwt', jwks: signing(keys) }
}

function ofAgent({ tenant, id }: OAuthAgent, redirectUris: readonly string[]): Payload {
  const common = { ...plain, tenant, agent: id, client_name: clientIdOf(tenant, id) }
  if (redirectUris.length === 0) return common
  return {
    ...common,
    grant_types: [...plain.grant_types, 'authorization_code', 'refresh_token'],
    redirect_uris: [...redirectUris],
    response_types: ['code'],
  }
}

/** Without `alg`: an Ed25519 key signs as `EdDSA` and as `Ed25519` (RFC 9864). */
export function signing(keys: readonly PublicJwk[]): { keys: object[] } {
  return { keys: keys.map(({ alg: _either, ...key }) => ({ ...key, use: 'sig' })) }
}

/** Public half of a key whose private half is thrown away. */
function unknownKey(): PublicJwk {
  const { publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', x, kid: 'nobody', alg: 'EdDSA' }
}
