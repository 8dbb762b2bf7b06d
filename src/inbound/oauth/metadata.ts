import { CLIENT_ALGORITHMS, OAUTH_ROUTES, resourceOf, TOKEN_EXCHANGE } from './places.ts'

/** How the listener is reached, as far as it changes what is said of it. */
export interface Reach {
  readonly issuer: string
  /** Whether clients can show certificates. */
  readonly mutualTls: boolean
  /** Whether only this machine can connect. */
  readonly loopback: boolean
  /** Whether there are people who can log in. */
  readonly people: boolean
}

/** What clients can find out about the authorization server (RFC 8414). */
export function serverMetadata({ issuer, mutualTls, people }: Reach): object {
  const at = (path: string) => `${issuer}${path}`
  return {
    issuer,
    ...(people && { authorization_endpoint: at(OAUTH_ROUTES.authorization) }),
    token_endpoint: at(OAUTH_ROUTES.token),
    jwks_uri: at(OAUTH_ROUTES.jwks),
    registration_endpoint: at(OAUTH_ROUTES.registration),
    response_types_supported: people ? ['code'] : [],
    response_modes_supported: ['query'],
    grant_types_supported: [
      ...(people ? ['authorization_code', 'refresh_token'] : []),
      ...['client_credentials', TOKEN_EXCHANGE],
    ],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [
      'private_key_jwt',
      ...(mutualTls ? ['tls_client_auth'] : []),
    ],
    token_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
    dpop_signing_alg_values_supported: CLIENT_ALGORITHMS,
    ...(mutualTls && { tls_client_certificate_bound_access_tokens: true }),
    authorization_response_iss_parameter_supported: true,
  }
}

/** What clients can find out about the MCP endpoint (RFC 9728). */
export function resourceMetadata({ issuer, mutualTls, loopback }: Reach): object {
  return {
    resource: resourceOf(issuer),
    authorization_servers: [issuer],
    resource_name: 'Portcullis',
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: CLIENT_ALGORITHMS,
    ...(!loopback && !mutualTls && { dpop_bound_access_tokens_required: true }),
    ...(mutualTls && { tls_client_certificate_bound_access_tokens: true }),
  }
}
