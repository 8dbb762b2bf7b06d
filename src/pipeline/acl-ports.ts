import type { Acl } from '../kernel/acl/acl.ts'
import type { AclResource } from '../kernel/acl/acl-resource.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'

/** The access control lists, each of one resource of one tenant. */
export interface Acls {
  /** As it stands; nothing where the resource has none. No I/O. */
  of(tenant: Tenant, resource: AclResource): Acl | undefined
  /**
   * Puts what `change` makes of the list in its place; an empty list is none. Durable, and in force
   * for whatever is decided next, when it returns.
   * @throws PortcullisError `ACL_LIMIT`, `ACL_UNAVAILABLE`, and what `change` throws.
   */
  change(tenant: Tenant, resource: AclResource, change: AclChange): AclChanged
}

export type AclChange = (before: Acl) => Acl

export interface AclChanged {
  readonly before: Acl
  readonly after: Acl
}
