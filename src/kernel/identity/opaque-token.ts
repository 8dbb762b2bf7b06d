import { isTenant, type Tenant } from './tenant.ts'

/** A session of a person. */
export const SESSION_PREFIX = 'pcs_'
/** A token of a program. */
export const API_TOKEN_PREFIX = 'pct_'

/** What comes behind the name of the tenant: base64url of 32 random bytes. */
const SECRET = /^[A-Za-z0-9_-]{43}$/

/**
 * The tenant that an opaque token says it is of: `pcs_acme.SECRET`. It proves nothing by that; it
 * says where to look. Nothing for a text that is no such token.
 */
export function tenantOfToken(token: string, prefix: string): Tenant | undefined {
  if (!token.startsWith(prefix)) return undefined
  const [tenant = '', secret = '', ...more] = token.slice(prefix.length).split('.')
  return more.length === 0 && SECRET.test(secret) && isTenant(tenant) ? tenant : undefined
}
