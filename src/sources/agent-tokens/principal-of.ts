import type { Principal } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'

/** An agent as the configuration declares it. */
export interface DeclaredAgent {
  readonly roles: readonly string[]
  readonly team?: string
  readonly space?: string
  readonly version?: string
  readonly attributes?: JsonObject
}

/** What an agent is once it has proved its name. */
export function principalOf(id: string, declared: DeclaredAgent): Principal {
  const { roles, team, space, version, attributes } = declared
  const named = {
    ...attributes,
    ...(team === undefined ? {} : { team }),
    ...(space === undefined ? {} : { space }),
    ...(version === undefined ? {} : { version }),
  }
  return { kind: 'agent', id, roles, attributes: named }
}
