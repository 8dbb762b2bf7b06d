import { PortcullisError } from '../errors.ts'

/** An organisation. Nothing that an agent can reach is read without saying whose it is. */
export type Tenant = string & { readonly tenant: unique symbol }

/** How tenants and their spaces are spelt; at most 63 characters. */
export const TENANT_PATTERN = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** The tenant of a configuration that names none. */
export const DEFAULT_TENANT = 'default' as Tenant

/** Reads the name of a tenant. @throws PortcullisError `REQUEST_INVALID` for any other text. */
export function tenantOf(text: string): Tenant {
  if (isTenant(text)) return text
  throw new PortcullisError('REQUEST_INVALID', 'that is not how a tenant is spelt')
}

/** Is it spelt as a tenant is? */
export function isTenant(text: string): text is Tenant {
  return TENANT_PATTERN.test(text)
}
