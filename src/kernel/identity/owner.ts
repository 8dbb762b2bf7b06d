import type { Identity } from './principal.ts'

/** Whose something is: two tenants may have agents of one name. */
export function ownerOf({ tenant, principal: { kind, id } }: Identity): string {
  return `${tenant} ${kind} ${id}`
}
