import type { AskedAbout } from '../kernel/policy/policy-request.ts'
import type { PolicySet } from '../kernel/policy/policy-set.ts'
import type { PolicySource } from '../pipeline/ports.ts'

/**
 * The policies in force, each request decided by what `beside` makes of them for it. The version of
 * the source is that of the policies; a decision has the version of all that decided it.
 */
export function policiesBeside(
  policies: { current(): PolicySet },
  beside: (set: PolicySet, asked: AskedAbout) => PolicySet,
): PolicySource {
  return {
    current() {
      const set = policies.current()
      return {
        version: set.version,
        decide: (request) => beside(set, request).decide(request),
        mayAllow: (request) => beside(set, request).mayAllow(request),
        rulesAbout: (asked) => beside(set, asked).rulesAbout(asked),
        namedResources: (operation) => set.namedResources(operation),
      }
    },
  }
}
