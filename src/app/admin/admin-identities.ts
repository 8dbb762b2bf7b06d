import { PortcullisError } from '../../kernel/errors.ts'
import type { IdentitySource, Standing } from '../../pipeline/ports.ts'
import { identitySources, type ProofSource, standingIdentities } from '../identities.ts'
import { operatorOf } from './caller.ts'

const SOCKET: ProofSource = {
  fits: ({ kind }) => kind === 'admin-socket',
  async verify(credential) {
    if (credential.kind === 'admin-socket') return operatorOf(credential.tenant)
    throw new PortcullisError('IDENTITY_INVALID', 'that did not come by the socket')
  },
}

/**
 * Those who administer: whoever opened the local socket, people who are asked for approvals, and
 * all that the doors for agents let in. Neither of the first two is anybody there.
 */
export function adminIdentities(
  { people, others }: { readonly people: readonly ProofSource[]; readonly others: IdentitySource },
  standing: Standing,
): IdentitySource {
  const rest = { fits: () => true, verify: others.verify.bind(others) }
  return standingIdentities(identitySources([SOCKET, ...people, rest]), standing)
}
