import type { AclPolicies } from '../../kernel/acl/acl-decider.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import type { PolicySource } from '../../pipeline/ports.ts'

/**
 * The policies in force with the access control lists beside them. The version of the source is
 * that of the policies; each decision has a version of its own, which covers the list too.
 */
export function policiesWithAcls(
  policies: { current(): PolicySet },
  lists: AclPolicies,
): PolicySource {
  return {
    current() {
      const set = policies.current()
      return {
        version: set.version,
        decide: (request) => lists.beside(set, request.resource).decide(request),
        mayAllow: (request) => lists.beside(set, request.resource).mayAllow(request),
      }
    },
  }
}
