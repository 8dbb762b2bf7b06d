import { type Acl, aclDigest, addAccess, changed, removeAccess } from '../../kernel/acl/acl.ts'
import type { AclAction } from '../../kernel/acl/acl-action.ts'
import { PortcullisError, unreachable } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Acls, Connector } from '../../pipeline/ports.ts'
import { toolResult } from '../tool-result.ts'

export interface AclConnectorOptions {
  readonly acls: Acls
  readonly tenant: Tenant
}

/** Shows and changes access control lists, for those whom the policies let. */
export function aclConnector({ acls, tenant }: AclConnectorOptions): Connector {
  return {
    async execute(action) {
      if (!isAcl(action)) {
        throw new PortcullisError('INTERNAL', `\`${action.kind}\` is no matter of lists`)
      }
      const { of } = action
      if (action.kind === 'acl.show') {
        return toolResult(shown(acls.of(tenant, of) ?? { resource: of, entries: [] }))
      }
      const { after } = acls.change(tenant, of, (before) => next(action, before))
      return toolResult(shown(after))
    },
  }
}

function isAcl(action: { readonly kind: string }): action is AclAction {
  return action.kind.startsWith('acl.')
}

function next(action: Exclude<AclAction, { kind: 'acl.show' }>, acl: Acl): Acl {
  switch (action.kind) {
    case 'acl.grant':
      return addAccess(acl, action.candidate, action.level)
    case 'acl.revoke':
      return removeAccess(acl, action.candidate)
    case 'acl.replace':
      if (action.before === undefined || action.before === aclDigest(acl)) {
        return changed(acl, action.entries)
      }
      throw new PortcullisError('ACL_CHANGED', `\`${action.of}\` has another list by now`)
    default:
      return unreachable(action)
  }
}

function shown(acl: Acl): JsonObject {
  const entries = acl.entries.map(({ candidate, level }) => ({ candidate, level }))
  return { resource: acl.resource, entries, digest: aclDigest(acl) }
}
