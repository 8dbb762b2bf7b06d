import { argsOf, operationOf, resourceOf } from '../../kernel/action.ts'
import type { UsageFacts } from '../../kernel/budget/usage-book.ts'
import { unreachable } from '../../kernel/errors.ts'
import type { Identity, Principal } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import { canonicalSpellings } from '../../kernel/spelling.ts'
import type { AttributeSource, GuardRequest, RoleSource } from '../ports.ts'
import { effectivePrincipal } from './effective-principal.ts'

interface Knowledge {
  readonly attributes: AttributeSource
  readonly roles: RoleSource
  /** Absent where nobody knows: policies then find no `usage` and no `budget`. */
  readonly used?: UsageFacts
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * What policies may read of a request, in one spelling. What is proved stands above what is
 * declared: no attribute can take the place of a name or a role.
 */
export function policyRequest(
  { action, channel }: Pick<GuardRequest, 'action' | 'channel'>,
  identity: Identity,
  { attributes, roles, used, now }: Knowledge,
): PolicyRequest {
  const operation = operationOf(action)
  const resource = resourceOf(action)
  const { type } = resource
  const args = canonicalSpellings(argsOf(action))
  const about = attributes.about(operation, resource)
  const acting = effectivePrincipal(identity, about.resource.space, roles)
  const principal = principalFacts(acting)
  return {
    operation,
    resource,
    attributes: {
      principal,
      ...rootsOf(acting, principal),
      args,
      input: args,
      resource: { ...about.resource, type, id: resource.id },
      data: { ...about.resource, type, id: resource.id },
      operation: { ...about.operation, name: operation },
      system: about.system,
      session: { ...identity.session, id: channel.run },
      context: { door: channel.door, time: now },
      ...used,
    },
  }
}

function principalFacts({ attributes, kind, id, roles }: Principal): JsonObject {
  return { ...attributes, kind, id, roles }
}

/** An agent and a human stand under the name of their kind as well. */
function rootsOf({ kind }: Principal, facts: JsonObject): JsonObject {
  switch (kind) {
    case 'agent':
      return { agent: facts }
    case 'human':
      return { human: facts, user: facts }
    case 'service':
      return {}
    default:
      return unreachable(kind)
  }
}
