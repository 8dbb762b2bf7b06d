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
    action: { operation: 'admin.tenants.list', on: 'tenant', changes: false, least: 'super_admin' },
    summary: 'The tenants; asked as another one than `default`, that one alone.',
    answer: TenantList,
  },
  listSpaces: {
    method: 'GET',
    url: '/v1/spaces',
    action: { operation: 'admin.spaces.list', on: 'space', changes: false, least: 'super_admin' },
    summary: 'The spaces of the tenant.',
    answer: SpaceList,
  },
  listMembers: {
    method: 'GET',
    url: '/v1/members',
    action: { operation: 'admin.members.list', on: 'member', changes: false, least: 'super_admin' },
    summary: 'The people who belong to the tenant.',
    answer: MemberList,
  },
  showMember: {
    method: 'GET',
    url: '/v1/members/:name',
    action: {
      operation: 'admin.members.show',
      on: 'member',
      changes: false,
      least: 'super_admin',
      named: 'name',
    },
    summary: 'One of them, with what is granted to it.',
    params: MemberPath,
    answer: MemberShown,
  },
  addMember: {
    method: 'POST',
    url: '/v1/members',
    action: {
      operation: 'admin.members.add',
      on: 'member',
      changes: true,
      least: 'super_admin',
      named: 'id',
    },
    summary: 'Adds a person, who has no role yet.',
    body: NewMember,
    answer: MemberShown,
  },
  removeMember: {
    method: 'POST',
    url: '/v1/members/:name/remove',
    action: {
      operation: 'admin.members.remove',
      on: 'member',
      changes: true,
      least: 'super_admin',
      named: 'name',
    },
    summary: 'Removes a person, with all that was granted to it.',
    params: MemberPath,
    answer: MemberShown,
  },
  listRoles: {
    method: 'GET',
    url: '/v1/roles',
    action: { operation: 'admin.roles.list', on: 'role', changes: false, least: 'super_admin' },
    summary: 'Built-in and custom roles, and who has them.',
    answer: RoleList,
  },
  grantRole: {
    method: 'POST',
    url: '/v1/roles/:name/grant',
    action: {
      operation: 'admin.roles.grant',
      on: 'space',
      changes: true,
      least: 'admin',
      named: 'space',
    },
    summary: 'Grants a role, in a space or in the whole organisation.',
    params: RolePath,
    body: RoleGrant,
    answer: RoleChange,
  },
  revokeRole: {
    method: 'POST',
    url: '/v1/roles/:name/revoke',
    action: {
      operation: 'admin.roles.revoke',
      on: 'space',
      changes: true,
      least: 'admin',
      named: 'space',
    },
    summary: 'Takes a role away. It holds for the very next request.',
    params: RolePath,
    body: RoleGrant,
    answer: RoleChange,
  },
} as const
