import { ADMIN_ROUTES } from '../../contract/admin-api.ts'
import { type AdminAction, administrationPolicy } from '../../kernel/identity/administration.ts'
import { AdministrationPolicies } from '../../kernel/identity/administration-policies.ts'
import type { Role } from '../../kernel/identity/role.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'

/** Everything that may be asked of the runtime, each once. */
export const ADMIN_ACTIONS: readonly AdminAction[] = Object.values(ADMIN_ROUTES).map(
  ({ action }) => action,
)

/** How a set decides, also about administration: by the built-in rules, with no role declared. */
export function deciding(set: PolicySet): Pick<PolicySet, 'decide'> {
  const rules = administrationPolicies(() => [])
  return { decide: (request) => rules.beside(set, request).decide(request) }
}

/** The policies of administration over the roles as they are at the time. */
export function administrationPolicies(roles: () => readonly Role[]): AdministrationPolicies {
  return new AdministrationPolicies(() => administrationPolicy(ADMIN_ACTIONS, roles()))
}
