import { argsOf, operationOf, resourceOf } from '../../kernel/action.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import { canonicalSpellings } from '../../kernel/spelling.ts'
import type { GuardRequest } from '../ports.ts'

/** What policies may read of a request, in one spelling. `now` is in ms since the epoch. */
export function policyRequest(
  { action, channel }: Pick<GuardRequest, 'action' | 'channel'>,
  identity: Identity,
  now: number,
): PolicyRequest {
  const operation = operationOf(action)
  const resource = resourceOf(action)
  const { kind, id, roles } = identity.principal
  return {
    operation,
    resource,
    attributes: {
      principal: { kind, id, roles },
      agent: { id, roles },
      args: canonicalSpellings(argsOf(action)),
      resource: { type: resource.type, id: resource.id },
      operation: { name: operation },
      session: { id: channel.run },
      context: { door: channel.door, time: now },
    },
  }
}
