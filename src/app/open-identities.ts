import type { Tenant } from '../kernel/identity/tenant.ts'
import { AdmissionLimits } from '../pipeline/admission-limits.ts'
import type { Directory, Standing } from '../pipeline/ports.ts'
import type { Closing } from './closing.ts'
import type { TenantConfig } from './config.ts'
import { oauthFile } from './data-files.ts'
import { anyToken, identitySources, standingIdentities } from './identities.ts'
import { provedByCertificate } from './identity/svid-source.ts'
import { openOAuth } from './oauth/open-oauth.ts'
import { agentTokens, dpopProofs, type Keys } from './parts.ts'
import type { People } from './people/open-people.ts'
import type { Certificates } from './tls/certificates.ts'

export interface IdentityParts {
  readonly dataDir: string
  readonly directory: Pick<Directory, 'agent' | 'member'>
  readonly standing: Standing
  readonly people: People
  readonly certificates: Certificates
  readonly opened: Closing
}

/** All ways to prove who one is, and the tokens that the runtime issues to agents itself. */
export function openIdentities(
  configs: ReadonlyMap<Tenant, Pick<TenantConfig, 'agents'>>,
  keys: Keys,
  { dataDir, directory, standing, people, certificates, opened }: IdentityParts,
) {
  const { origin, identity } = keys
  const agent = (tenant: Tenant, id: string) => {
    const agents = configs.get(tenant)?.agents ?? {}
    return Object.hasOwn(agents, id) ? agents[id] : undefined
  }
  // One memory of used proofs: what served for one token serves for no other.
  const proofs = dpopProofs()
  const tokens = agentTokens({ origin, ...identity, agent, proofs })
  const oauth = openOAuth({ file: oauthFile(dataDir), keys, agent, directory, proofs })
  opened.add(() => oauth.close())
  const svids = provedByCertificate(agent, certificates)
  const sources = identitySources([...people.sources, oauth.tokens, svids, anyToken(tokens)])
  const identities = standingIdentities(sources, standing)
  return { tokens, oauth, identities, admissions: new AdmissionLimits() }
}
