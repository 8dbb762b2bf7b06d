import { argsOf, operationOf, resourceOf } from '../../kernel/action.ts'
import type { UsageFacts } from '../../kernel/budget/usage-book.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import { canonicalSpellings } from '../../kernel/spelling.ts'
import type { AttributeSource, GuardRequest } from '../ports.ts'

interface Knowledge {
  readonly attributes: AttributeSource
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
  { attributes, used, now }: Knowledge,
): PolicyRequest {
  const operation = operationOf(action)
  const resource = resourceOf(action)
  const { type } = resource
  const { kind, id, roles, attributes: declared } = identity.principal
  const args = canonicalSpellings(argsOf(action))
  const about = attributes.about(operation, resource)
  return {
    operation,
    resource,
    attributes: {
      principal: { ...declared, kind, id, roles },
      agent: { ...declared, kind, id, roles },
      args,
      input: args,
      resource: { ...about.resource, type, id: resource.id },
      data: { ...about.resource, type, id: resource.id },
      operation: { ...about.operation, name: operation },
      system: about.system,
      session: { id: channel.run },
      context: { door: channel.door, time: now },
      ...used,
    },
  }
}
