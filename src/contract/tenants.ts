import { type Static, Type } from 'typebox'
import type { JsonObject } from '../kernel/json/value.ts'

const closed = { additionalProperties: false }
const description = Type.Optional(Type.String({ description: 'For people.' }))
const Origin = Type.Enum(['declared', 'administered'], {
  description: 'Whether the configuration says so, or an operator did at run time.',
})
const Name = Type.String({ minLength: 1, maxLength: 128 })

export const TenantList = Type.Object(
  {
    tenants: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          spaces: Type.Integer(),
          agents: Type.Integer(),
          members: Type.Integer(),
          receipts: Type.Integer({ description: 'In its log.' }),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type TenantList = Static<typeof TenantList>

export const SpaceList = Type.Object(
  { spaces: Type.Array(Type.Object({ name: Type.String(), description }, closed)) },
  closed,
)
export type SpaceList = Static<typeof SpaceList>

export const GrantShown = Type.Object(
  {
    kind: Type.Enum(['agent', 'human', 'service']),
    id: Type.String({ description: 'Who has it.' }),
    role: Type.String(),
    space: Type.Optional(Type.String({ description: 'Where; without it, everywhere.' })),
    origin: Origin,
  },
  closed,
)
export type GrantShown = Static<typeof GrantShown>

export const MemberShown = Type.Object(
  {
    id: Type.String(),
    origin: Origin,
    attributes: Type.Unsafe<JsonObject>(
      Type.Object({}, { additionalProperties: true, description: 'What policies read of it.' }),
    ),
    description,
    grants: Type.Array(GrantShown),
  },
  closed,
)
export type MemberShown = Static<typeof MemberShown>

export const MemberList = Type.Object({ members: Type.Array(MemberShown) }, closed)
export type MemberList = Static<typeof MemberList>

export const MemberPath = Type.Object(
  { name: Type.String({ description: 'The member.', maxLength: 512 }) },
  closed,
)
export type MemberPath = Static<typeof MemberPath>

export const NewMember = Type.Object(
  {
    id: Name,
    attributes: Type.Optional(
      Type.Unsafe<JsonObject>(
        Type.Object({}, { additionalProperties: true, description: 'Policies read `user.NAME`.' }),
      ),
    ),
    description: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)
export type NewMember = Static<typeof NewMember>

export const RoleList = Type.Object(
  {
    roles: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          scope: Type.Enum(['organisation', 'space', 'any'], {
            description: 'Where it can be granted.',
          }),
          builtIn: Type.Boolean(),
          permissions: Type.Array(Type.String(), {
            description: 'Administrative operations of a custom role.',
          }),
          description,
        },
        closed,
      ),
    ),
    grants: Type.Array(GrantShown),
  },
  closed,
)
export type RoleList = Static<typeof RoleList>

export const RolePath = Type.Object(
  { name: Type.String({ description: 'The role.', maxLength: 512 }) },
  closed,
)
export type RolePath = Static<typeof RolePath>

export const RoleGrant = Type.Object(
  {
    kind: Type.Enum(['agent', 'human', 'service']),
    id: Name,
    space: Type.Optional(
      Type.String({ description: 'The space; without it, the whole organisation.', maxLength: 63 }),
    ),
  },
  closed,
)
export type RoleGrant = Static<typeof RoleGrant>

export const RoleChange = Type.Object(
  {
    changed: Type.Boolean({ description: 'False where it was so already.' }),
    grants: Type.Array(GrantShown, { description: 'All that the principal has now.' }),
  },
  closed,
)
export type RoleChange = Static<typeof RoleChange>

/** The part of the admin API about tenants, and who belongs to one. */
export const TENANT_ROUTES = {
  listTenants: {
    method: 'GET',
    url: '/v1/tenants',
    summary: 'The tenants; asked as another one than `default`, that one alone.',
    answer: TenantList,
  },
  listSpaces: {
    method: 'GET',
    url: '/v1/spaces',
    summary: 'The spaces of the tenant.',
    answer: SpaceList,
  },
  listMembers: {
    method: 'GET',
    url: '/v1/members',
    summary: 'The people who belong to the tenant.',
    answer: MemberList,
  },
  showMember: {
    method: 'GET',
    url: '/v1/members/:name',
    summary: 'One of them, with what is granted to it.',
    params: MemberPath,
    answer: MemberShown,
  },
  addMember: {
    method: 'POST',
    url: '/v1/members',
    summary: 'Adds a person, who has no role yet.',
    body: NewMember,
    answer: MemberShown,
  },
  removeMember: {
    method: 'POST',
    url: '/v1/members/:name/remove',
    summary: 'Removes a person, with all that was granted to it.',
    params: MemberPath,
    answer: MemberShown,
  },
  listRoles: {
    method: 'GET',
    url: '/v1/roles',
    summary: 'Built-in and custom roles, and who has them.',
    answer: RoleList,
  },
  grantRole: {
    method: 'POST',
    url: '/v1/roles/:name/grant',
    summary: 'Grants a role, in a space or in the whole organisation.',
    params: RolePath,
    body: RoleGrant,
    answer: RoleChange,
  },
  revokeRole: {
    method: 'POST',
    url: '/v1/roles/:name/revoke',
    summary: 'Takes a role away. It holds for the very next request.',
    params: RolePath,
    body: RoleGrant,
    answer: RoleChange,
  },
} as const
