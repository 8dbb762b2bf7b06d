import type { Resource } from '../action.ts'
import type { OutsidePolicies } from '../policy/outside.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { Acl } from './acl.ts'
import { type AclResource, aclResourceOf } from './acl-resource.ts'
import { compileAcl } from './compile-acl.ts'

/** Lists that are kept compiled, and sets that have a list beside them. */
export const MAX_COMPILED_ACLS = 4_096

/** The list of a resource as it stands now, the same object until it changes. No I/O. */
export type AclOf = (resource: AclResource) => Acl | undefined

/**
 * The policies in force for a resource: those of the tenant, with the list of the resource beside
 * them. A `deny` of the tenant wins over the list as it does over any `allow`.
 */
export class AclPolicies {
  private readonly aclOf: AclOf
  private readonly compiled = new Map<Acl, OutsidePolicies>()
  private readonly joined = new WeakMap<PolicySet, Map<Acl, PolicySet>>()

  constructor(aclOf: AclOf) {
    this.aclOf = aclOf
  }

  /** The version of what comes back covers both, and is that of the set where there is no list. */
  beside(set: PolicySet, { type, id }: Resource): PolicySet {
    const resource = aclResourceOf(type, id)
    const acl = resource === undefined ? undefined : this.aclOf(resource)
    if (acl === undefined) return set
    const known = this.joined.get(set) ?? new Map<Acl, PolicySet>()
    this.joined.set(set, known)
    return remembered(known, acl, () => set.and(this.compile(acl)))
  }

  private compile(acl: Acl): OutsidePolicies {
    return remembered(this.compiled, acl, () => compileAcl(acl))
  }
}

/** Whatever was made first goes first: a list that is in use is soon made again. */
function remembered<T>(known: Map<Acl, T>, key: Acl, make: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  const [oldest] = known.keys()
  if (known.size >= MAX_COMPILED_ACLS && oldest !== undefined) known.delete(oldest)
  const made = make()
  known.set(key, made)
  return made
}
