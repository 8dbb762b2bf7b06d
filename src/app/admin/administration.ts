import { ADMIN_ROUTES } from '../../contract/admin-api.ts'
import { type AdminAction, administrationPolicy } from '../../kernel/identity/administration.ts'
import { AdministrationPolicies } from '../../kernel/identity/administration-policies.ts'
import type { Role } from '../../kernel/identity/role.ts'

/** Everything that may be asked of the runtime, each once. */
export const ADMIN_ACTIONS: readonly AdminAction[] = Object.values(ADMIN_ROUTES).map(
  ({ action }) => action,
)

/** The policies of administration over the roles as they are at the time. */
export function administrationPolicies(roles: () => readonly Role[]): AdministrationPolicies {
  return new AdministrationPolicies(() => administrationPolicy(ADMIN_ACTIONS, roles()))
}
