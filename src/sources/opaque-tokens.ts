import { hash, randomBytes } from 'node:crypto'
import type { Tenant } from '../kernel/identity/tenant.ts'

const SECRET_BYTES = 32

/** A new token of a tenant, and the digest that it is kept by. */
export function newOpaqueToken(
  prefix: string,
  tenant: Tenant,
): { readonly token: string; readonly digest: string } {
  const token = `${prefix}${tenant}.${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { token, digest: digestOfToken(token) }
}

/** A token is 256 random bits: a plain hash of it tells nothing, and is found in one step. */
export function digestOfToken(token: string): string {
  return hash('sha256', token, 'hex')
}
