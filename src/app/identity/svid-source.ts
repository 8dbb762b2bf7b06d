import { PortcullisError } from '../../kernel/errors.ts'
import type { SpiffeId } from '../../kernel/identity/spiffe-id.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { AgentConfig } from '../config.ts'
import type { ProofSource } from '../identities.ts'
import { principalOf, svidIdentities } from '../parts.ts'
import type { Certificates } from '../tls/certificates.ts'

/** The agent of a tenant, as declared; nothing for nobody. */
type DeclaredAgents = (tenant: Tenant, id: string) => AgentConfig | undefined

/** Those whom a certificate of the own authority proves: agents that a configuration declares. */
export function provedByCertificate(
  agents: DeclaredAgents,
  certificates: Pick<Certificates, 'opened'>,
): ProofSource {
  const source = svidIdentities({
    authorities(now) {
      const { opened } = certificates
      if (opened !== undefined) return opened.at(now)
      throw new PortcullisError('SVID_UNTRUSTED', 'the runtime has no authority of its own')
    },
    declared: (id, digest) => declaredAs(id, digest, agents),
  })
  return {
    fits: ({ kind }) => kind === 'certificate',
    verify: (credential, now) => source.verify(credential, now),
  }
}

function declaredAs(
  { tenant, kind, id }: SpiffeId,
  digest: string | undefined,
  agents: DeclaredAgents,
) {
  const agent = kind === 'agent' ? agents(tenant, id) : undefined
  if (agent === undefined) return undefined
  const { version } = agent
  if (agent.digest !== undefined && agent.digest !== digest) {
    throw new PortcullisError('ATTESTATION_MISMATCH', `\`${id}\` runs other code than declared`)
  }
  return { principal: principalOf(id, agent), ...(version !== undefined && { version }) }
}
