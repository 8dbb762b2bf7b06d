import type { AclGrant, AclQuery, AclRevocation, AclView } from '../../contract/acl.ts'

/** What may be done about access control lists. Each may throw a `PortcullisError`. */
export interface AclOperations {
  showAcl(request: AclQuery): AclView
  grantAcl(request: AclGrant): Promise<AclView>
  revokeAcl(request: AclRevocation): Promise<AclView>
}
