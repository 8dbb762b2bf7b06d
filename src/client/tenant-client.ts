import type { AdminRoute } from '../contract/admin-api.ts'
import type {
  MemberList,
  MemberShown,
  NewMember,
  RoleChange,
  RoleGrant,
  RoleList,
  SpaceList,
  TenantList,
} from '../contract/tenants.ts'

export type {
  GrantShown,
  MemberList,
  MemberShown,
  NewMember,
  RoleChange,
  RoleGrant,
  RoleList,
  SpaceList,
  TenantList,
} from '../contract/tenants.ts'

/** Who belongs to a tenant, and with which roles. */
export interface TenantClient {
  listTenants(): Promise<TenantList>
  listSpaces(): Promise<SpaceList>
  listMembers(): Promise<MemberList>
  showMember(name: string): Promise<MemberShown>
  addMember(member: NewMember): Promise<MemberShown>
  removeMember(name: string): Promise<MemberShown>
  listRoles(): Promise<RoleList>
  grantRole(role: string, grant: RoleGrant): Promise<RoleChange>
  revokeRole(role: string, grant: RoleGrant): Promise<RoleChange>
}

interface Call {
  readonly method: AdminRoute['method']
  readonly path: string
  readonly body?: object
}

export function tenantClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const get = (path: string) => json({ method: 'GET', path })
  const post = (path: string, body?: object) =>
    json({ method: 'POST', path, ...(body !== undefined && { body }) })
  const member = (name: string) => `/v1/members/${encodeURIComponent(name)}`
  const role = (name: string) => `/v1/roles/${encodeURIComponent(name)}`
  return {
    listTenants: () => get('/v1/tenants'),
    listSpaces: () => get('/v1/spaces'),
    listMembers: () => get('/v1/members'),
    showMember: (name: string) => get(member(name)),
    addMember: (body: NewMember) => post('/v1/members', body),
    removeMember: (name: string) => post(`${member(name)}/remove`),
    listRoles: () => get('/v1/roles'),
    grantRole: (name: string, body: RoleGrant) => post(`${role(name)}/grant`, body),
    revokeRole: (name: string, body: RoleGrant) => post(`${role(name)}/revoke`, body),
  }
}
