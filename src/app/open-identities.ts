import type { Config } from './config.ts'
import { anyToken, identitySources } from './identities.ts'
import { agentTokens, type Keys } from './parts.ts'

/** All ways to prove who one is, and the tokens that the runtime issues to agents itself. */
export function openIdentities(config: Config, { origin, identity }: Keys) {
  const tokens = agentTokens({ origin, ...identity, agents: config.agents })
  return { tokens, identities: identitySources([anyToken(tokens)]) }
}
