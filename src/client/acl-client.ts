import type { AclGrant, AclRevocation, AclView } from '../contract/acl.ts'

export type { AclGrant, AclRevocation, AclView }

/** The part of the admin client about access control lists. */
export interface AclClient {
  showAcl(resource: string): Promise<AclView>
  grantAcl(request: AclGrant): Promise<AclView>
  revokeAcl(request: AclRevocation): Promise<AclView>
}

interface Call {
  readonly method: 'POST'
  readonly path: string
  readonly body: object
}

export function aclClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const post = (path: string, body: object) => json({ method: 'POST', path, body })
  return {
    showAcl: (resource: string) => post('/v1/acl/show', { resource }),
    grantAcl: (request: AclGrant) => post('/v1/acl/grant', request),
    revokeAcl: (request: AclRevocation) => post('/v1/acl/revoke', request),
  }
}
