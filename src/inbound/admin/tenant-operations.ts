import type {
  MemberList,
  MemberShown,
  NewMember,
  RoleChange,
  RoleGrant,
  RoleList,
  SpaceList,
  TenantList,
} from '../../contract/tenants.ts'

/** What may be done about who belongs to a tenant. Each may throw a `PortcullisError`. */
export interface TenantOperations {
  listTenants(): TenantList
  listSpaces(): SpaceList
  listMembers(): MemberList
  showMember(name: string): MemberShown
  addMember(member: NewMember): Promise<MemberShown>
  removeMember(name: string): Promise<MemberShown>
  listRoles(): RoleList
  grantRole(role: string, grant: RoleGrant): Promise<RoleChange>
  revokeRole(role: string, grant: RoleGrant): Promise<RoleChange>
}
