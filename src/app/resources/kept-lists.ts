import { existsSync } from 'node:fs'
import { aclDigest } from '../../kernel/acl/acl.ts'
import { AclPolicies } from '../../kernel/acl/acl-decider.ts'
import { aclResourceOf } from '../../kernel/acl/acl-resource.ts'
import { aclFingerprint, compileAcl } from '../../kernel/acl/compile-acl.ts'
import type { Resource } from '../../kernel/action.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import { jointVersion } from '../../kernel/policy/version.ts'
import { keptVersions, type PolicyPlaces, policiesNamed } from '../compare-policies.ts'
import { aclFile } from '../data-files.ts'
import { openAcls } from '../parts.ts'

/** The lists of a data directory, for as long as `read` looks; nothing where there are none. */
function readingLists<T>(
  dataDir: string,
  read: (acls: ReturnType<typeof openAcls>) => T,
): T | undefined {
  const file = aclFile(dataDir)
  if (!existsSync(file)) return undefined
  const acls = openAcls(file)
  try {
    return read(acls)
  } finally {
    acls.close()
  }
}

/** The policies with the list beside them that the resource has now. */
export function withKeptList(set: PolicySet, resource: Resource, dataDir: string): PolicySet {
  const beside = readingLists(dataDir, (acls) =>
    new AclPolicies((of) => acls.of(DEFAULT_TENANT, of)).beside(set, resource),
  )
  return beside ?? set
}

/** What is stored has a list: it is there, as far as can be told without the runtime. */
export function hasKeptList(name: string, dataDir: string): boolean {
  return readingLists(dataDir, (acls) => acls.of(DEFAULT_TENANT, `storage/${name}`)) !== undefined
}

/**
 * The policies that made a decision, where its version covers a list of the resource too: those of
 * the kept versions and past lists that make this version together.
 */
export function setWithPastList(
  version: string,
  { type, id }: Resource,
  places: PolicyPlaces,
): PolicySet | undefined {
  const resource = aclResourceOf(type, id)
  if (resource === undefined) return undefined
  return readingLists(places.dataDir, (acls) => {
    const versions = new Set(keptVersions(places).map((kept) => kept.version))
    for (const acl of acls.past(DEFAULT_TENANT, resource))
      for (const own of versions) {
        if (jointVersion(own, aclFingerprint(aclDigest(acl))) !== version) continue
        return policiesNamed(own, places).set.and(compileAcl(acl))
      }
    return undefined
  })
}
