import type { Identity, Principal } from '../../kernel/identity/principal.ts'
import type { JsonValue } from '../../kernel/json/value.ts'
import type { RoleSource } from '../ports.ts'

/**
 * Who acts, with the roles that hold here and now: those that were proved, and those granted in the
 * organisation or in the space of what is acted on. Asked anew for each decision: a role that was
 * taken away is gone for the next request of a session that is open.
 */
export function effectivePrincipal(
  { tenant, principal }: Identity,
  space: JsonValue | undefined,
  roles: RoleSource,
): Principal {
  const { kind, id } = principal
  const where = typeof space === 'string' ? space : undefined
  const granted = roles.rolesOf(tenant, { kind, id }, where)
  return { ...principal, roles: [...new Set([...principal.roles, ...granted])] }
}
