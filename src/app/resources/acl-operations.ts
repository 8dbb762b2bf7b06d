import type { AclView } from '../../contract/acl.ts'
import type { AclOperations } from '../../inbound/admin/acl-operations.ts'
import { type Acl, aclDigest, addAccess, removeAccess } from '../../kernel/acl/acl.ts'
import { aclPolicy } from '../../kernel/acl/acl-policy.ts'
import { parseAclResource } from '../../kernel/acl/acl-resource.ts'
import { parseCandidate } from '../../kernel/acl/candidate.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { Acls } from '../../pipeline/ports.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'

export interface AclPlaces {
  readonly acls: Acls
  readonly tenant: Tenant
  readonly ports: EventPorts
  /** Who asks. */
  readonly by: EventBy
}

/** Operators see and change any list. The receipt is durable before the change is made. */
export function aclOperations({ acls, tenant, ports, by }: AclPlaces): AclOperations {
  const change = async (resource: string, make: (acl: Acl) => Acl, what: string) => {
    const of = parseAclResource(resource)
    // What cannot be leaves no receipt.
    make(acls.of(tenant, of) ?? { resource: of, entries: [] })
    await recordEvent(ports, { name: 'acl.changed', detail: `${of} ${what}` }, by)
    return viewOf(acls.change(tenant, of, make).after)
  }
  return {
    showAcl({ resource }) {
      const of = parseAclResource(resource)
      return viewOf(acls.of(tenant, of) ?? { resource: of, entries: [] })
    },
    grantAcl({ resource, candidate, level }) {
      const whom = parseCandidate(candidate)
      return change(resource, (acl) => addAccess(acl, whom, level), `${whom}: ${level}`)
    },
    revokeAcl({ resource, candidate }) {
      const whom = parseCandidate(candidate)
      return change(resource, (acl) => removeAccess(acl, whom), `${whom}: nothing`)
    },
  }
}

function viewOf(acl: Acl): AclView {
  const entries = acl.entries.map(({ candidate, level }) => ({ candidate, level }))
  return { resource: acl.resource, entries, digest: aclDigest(acl), policy: aclPolicy(acl).text }
}
