import type { FastifyInstance } from 'fastify'
import type {
  MemberList,
  MemberPath,
  MemberShown,
  NewMember,
  RoleChange,
  RoleGrant,
  RoleList,
  RolePath,
  SpaceList,
  TenantList,
} from '../../contract/tenants.ts'
import { routeOf } from './route-of.ts'

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

export function addTenants(server: FastifyInstance, operations: TenantOperations): void {
  server.route({ ...routeOf('listTenants'), handler: async () => operations.listTenants() })
  server.route({ ...routeOf('listSpaces'), handler: async () => operations.listSpaces() })
  server.route({ ...routeOf('listMembers'), handler: async () => operations.listMembers() })
  server.route<{ Params: MemberPath }>({
    ...routeOf('showMember'),
    handler: async ({ params }) => operations.showMember(params.name),
  })
  server.route<{ Body: NewMember }>({
    ...routeOf('addMember'),
    handler: async ({ body }) => operations.addMember(body),
  })
  server.route<{ Params: MemberPath }>({
    ...routeOf('removeMember'),
    handler: async ({ params }) => operations.removeMember(params.name),
  })
  server.route({ ...routeOf('listRoles'), handler: async () => operations.listRoles() })
  server.route<{ Params: RolePath; Body: RoleGrant }>({
    ...routeOf('grantRole'),
    handler: async ({ params, body }) => operations.grantRole(params.name, body),
  })
  server.route<{ Params: RolePath; Body: RoleGrant }>({
    ...routeOf('revokeRole'),
    handler: async ({ params, body }) => operations.revokeRole(params.name, body),
  })
}
