import { reservedFamily } from '../admin/admin-call.ts'
import type { OutsidePolicies } from '../policy/outside.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { PolicyText } from '../policy/policy-text.ts'
import { compileAdministration } from './administration.ts'

/**
 * The policies in force for administration: those of the tenant that name it, with the built-in
 * ones beside them. A `deny` and a `require` of the tenant win over these as over any `allow`.
 */
export class AdministrationPolicies {
  readonly text: () => PolicyText
  #compiled: { readonly text: string; readonly policies: OutsidePolicies } | undefined
  #joined = new WeakMap<PolicySet, PolicySet>()

  /** `text` as it is now: roles may be declared at run time. */
  constructor(text: () => PolicyText) {
    this.text = text
  }

  /** What agents do is decided by the set alone. */
  beside(set: PolicySet, { operation }: Pick<PolicyRequest, 'operation'>): PolicySet {
    if (reservedFamily(operation) === '') return set
    const policies = this.#current()
    const joined = this.#joined.get(set) ?? set.besideOnly(policies)
    this.#joined.set(set, joined)
    return joined
  }

  #current(): OutsidePolicies {
    const text = this.text()
    if (this.#compiled?.text === text.text) return this.#compiled.policies
    const policies = compileAdministration(text)
    this.#compiled = { text: text.text, policies }
    this.#joined = new WeakMap()
    return policies
  }
}
