import type { Tenant } from '../kernel/identity/tenant.ts'
import { AdmissionLimits } from '../pipeline/admission-limits.ts'
import type { Standing } from '../pipeline/ports.ts'
import type { TenantConfig } from './config.ts'
import { anyToken, identitySources, standingIdentities } from './identities.ts'
import { agentTokens, type Keys } from './parts.ts'

/** All ways to prove who one is, and the tokens that the runtime issues to agents itself. */
export function openIdentities(
  configs: ReadonlyMap<Tenant, Pick<TenantConfig, 'agents'>>,
  { origin, identity }: Keys,
  standing: Standing,
) {
  const agent = (tenant: Tenant, id: string) => {
    const agents = configs.get(tenant)?.agents ?? {}
    return Object.hasOwn(agents, id) ? agents[id] : undefined
  }
  const tokens = agentTokens({ origin, ...identity, agent })
  const identities = standingIdentities(identitySources([anyToken(tokens)]), standing)
  return { tokens, identities, admissions: new AdmissionLimits() }
}
