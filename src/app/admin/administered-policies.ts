import type { AdministrationPolicies } from '../../kernel/identity/administration-policies.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import type { PolicySource } from '../../pipeline/ports.ts'

/** The policies in force, with those of administration beside them where that is what is asked. */
export function administered(
  policies: { current(): PolicySet },
  administration: AdministrationPolicies,
): PolicySource {
  return {
    current() {
      const set = policies.current()
      return {
        version: set.version,
        decide: (request) => administration.beside(set, request).decide(request),
        mayAllow: (request) => administration.beside(set, request).mayAllow(request),
      }
    },
  }
}
