import { type Static, Type } from 'typebox'
import { LEVELS } from '../kernel/acl/acl.ts'

const Resource = Type.String({
  description: '`storage/NAME`, `memory/NAME`, `secret/NAME` or `model/NAME`.',
  maxLength: 300,
})
const Candidate = Type.String({
  description: '`agent:NAME`, `user:NAME`, `team:NAME` or `public`.',
  maxLength: 140,
})

export const AclView = Type.Object(
  {
    resource: Resource,
    entries: Type.Array(
      Type.Object(
        { candidate: Candidate, level: Type.Enum([...LEVELS]) },
        { additionalProperties: false },
      ),
    ),
    digest: Type.String({
      description: 'SHA-256 of the list, in hex: part of the name of its policy.',
    }),
    policy: Type.String({
      description: 'The list as a policy, as decisions and receipts name it.',
    }),
  },
  { additionalProperties: false },
)
export type AclView = Static<typeof AclView>

export const AclQuery = Type.Object({ resource: Resource }, { additionalProperties: false })
export type AclQuery = Static<typeof AclQuery>

export const AclGrant = Type.Object(
  { resource: Resource, candidate: Candidate, level: Type.Enum([...LEVELS]) },
  { additionalProperties: false },
)
export type AclGrant = Static<typeof AclGrant>

export const AclRevocation = Type.Object(
  { resource: Resource, candidate: Candidate },
  { additionalProperties: false },
)
export type AclRevocation = Static<typeof AclRevocation>

export const ACL_ROUTES = {
  showAcl: {
    method: 'POST',
    url: '/v1/acl/show',
    action: {
      operation: 'admin.acls.show',
      on: 'acl',
      changes: false,
      least: 'viewer',
      named: 'resource',
    },
    summary: 'The access control list of a resource; empty where it has none.',
    body: AclQuery,
    answer: AclView,
  },
  grantAcl: {
    method: 'POST',
    url: '/v1/acl/grant',
    action: {
      operation: 'admin.acls.grant',
      on: 'acl',
      changes: true,
      least: 'admin',
      named: 'resource',
    },
    summary: 'Gives a candidate a level on a resource. It holds for the very next request.',
    body: AclGrant,
    answer: AclView,
  },
  revokeAcl: {
    method: 'POST',
    url: '/v1/acl/revoke',
    action: {
      operation: 'admin.acls.revoke',
      on: 'acl',
      changes: true,
      least: 'admin',
      named: 'resource',
    },
    summary: 'Takes a candidate off the list of a resource. It holds for the very next request.',
    body: AclRevocation,
    answer: AclView,
  },
} as const
