/** Where the authorization server answers, below the issuer. */
export const OAUTH_ROUTES = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  jwks: '/oauth/jwks',
  registration: '/oauth/register',
  login: '/oauth/login',
} as const

/** RFC 8414 section 3. */
export const SERVER_METADATA = '/.well-known/oauth-authorization-server'
/** RFC 9728 section 3.1: of the host, and of the MCP endpoint, which MCP clients ask for first. */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'
export const MCP_RESOURCE_METADATA = `${RESOURCE_METADATA}/mcp`

/** RFC 8693 section 2.1. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** RFC 8693 section 3. */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** What keys of clients sign with: assertions and proofs of possession. */
export const CLIENT_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519'] as const

/** The one resource that there are tokens for (RFC 8707), and their audience. */
export function resourceOf(issuer: string): string {
  return `${issuer}/mcp`
}
