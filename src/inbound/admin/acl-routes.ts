import type { FastifyInstance } from 'fastify'
import type { AclGrant, AclQuery, AclRevocation, AclView } from '../../contract/acl.ts'
import { routeOf } from './route-of.ts'

/** What may be done about access control lists. Each may throw a `PortcullisError`. */
export interface AclOperations {
  showAcl(request: AclQuery): AclView
  grantAcl(request: AclGrant): Promise<AclView>
  revokeAcl(request: AclRevocation): Promise<AclView>
}

export function addAcls(server: FastifyInstance, operations: AclOperations): void {
  server.route<{ Body: AclQuery }>({
    ...routeOf('showAcl'),
    handler: async ({ body }) => operations.showAcl(body),
  })
  server.route<{ Body: AclGrant }>({
    ...routeOf('grantAcl'),
    handler: async ({ body }) => operations.grantAcl(body),
  })
  server.route<{ Body: AclRevocation }>({
    ...routeOf('revokeAcl'),
    handler: async ({ body }) => operations.revokeAcl(body),
  })
}
