import { AdmissionLimits } from '../pipeline/admission-limits.ts'
import type { Standing } from '../pipeline/ports.ts'
import type { Config } from './config.ts'
import { anyToken, identitySources, standingIdentities } from './identities.ts'
import { agentTokens, type Keys } from './parts.ts'

/** All ways to prove who one is, and the tokens that the runtime issues to agents itself. */
export function openIdentities(config: Config, { origin, identity }: Keys, standing: Standing) {
  const tokens = agentTokens({ origin, ...identity, agents: config.agents })
  const identities = standingIdentities(identitySources([anyToken(tokens)]), standing)
  return { tokens, identities, admissions: new AdmissionLimits() }
}
