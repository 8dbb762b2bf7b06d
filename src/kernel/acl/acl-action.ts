import { unreachable } from '../errors.ts'
import type { JsonObject } from '../json/value.ts'
import type { AclEntry, Level } from './acl.ts'
import type { AclResource } from './acl-resource.ts'
import type { Candidate } from './candidate.ts'

/** What may be asked of the access control list of a resource. */
export type AclAction =
  | { readonly kind: 'acl.show'; readonly of: AclResource }
  | {
      readonly kind: 'acl.grant'
      readonly of: AclResource
      readonly candidate: Candidate
      readonly level: Level
    }
  | { readonly kind: 'acl.revoke'; readonly of: AclResource; readonly candidate: Candidate }
  /** `before`, where it is given, is the digest of the list that is replaced. */
  | {
      readonly kind: 'acl.replace'
      readonly of: AclResource
      readonly entries: readonly AclEntry[]
      readonly before?: string
    }

export function aclArgs(action: AclAction): JsonObject {
  const { of } = action
  switch (action.kind) {
    case 'acl.show':
      return { resource: of }
    case 'acl.grant':
      return { resource: of, candidate: action.candidate, level: action.level }
    case 'acl.revoke':
      return { resource: of, candidate: action.candidate }
    case 'acl.replace': {
      const entries = action.entries.map(({ candidate, level }) => ({ candidate, level }))
      return {
        resource: of,
        entries,
        ...(action.before !== undefined && { before: action.before }),
      }
    }
    default:
      return unreachable(action)
  }
}
