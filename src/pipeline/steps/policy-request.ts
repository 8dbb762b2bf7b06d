import { candidatesOf } from '../../kernel/acl/candidate.ts'
import { argsOf, operationOf, resourceOf } from '../../kernel/action.ts'
import type { UsageFacts } from '../../kernel/budget/usage-book.ts'
import { delegationDepth } from '../../kernel/identity/delegation.ts'
import type { Identity, Principal } from '../../kernel/identity/principal.ts'
import { EVERYTHING } from '../../kernel/identity/scopes.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { RunLabels } from '../../kernel/labels/label.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import { canonicalSpellings } from '../../kernel/spelling.ts'
import type { AttributeSource, GuardRequest, RoleSource } from '../ports.ts'
import { effectivePrincipal } from './effective-principal.ts'

interface Knowledge {
  readonly attributes: AttributeSource
  readonly roles: RoleSource
  /** Absent where nobody knows: policies then find no `usage` and no `budget`. */
  readonly used?: UsageFacts
  /** Absent where nobody knows: what policies say of `run` is then unknown, which denies. */
  readonly run?: RunLabels
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * What policies may read of a request, in one spelling. What is proved stands above what is
 * declared: no attribute can take the place of a name or a role.
 */
export function policyRequest(
  { action, channel, candidate }: Pick<GuardRequest, 'action' | 'channel' | 'candidate'>,
  identity: Identity,
  { attributes, roles, used, run, now }: Knowledge,
): PolicyRequest {
  const operation = operationOf(action)
  const resource = resourceOf(action)
  const { type } = resource
  const args = canonicalSpellings(argsOf(action))
  const about = attributes.about(operation, resource)
  const acting = effectivePrincipal(identity, about.resource.space, roles)
  const principal = principalFacts(acting)
  const { human } = identity
  const behind = human && { ...identity, principal: human }
  const person = behind && effectivePrincipal(behind, about.resource.space, roles)
  return {
    operation,
    resource,
    attributes: {
      principal,
      ...rootsOf(identity, acting, person),
      delegation: delegationFacts(identity),
      candidate: { is: candidatesOf(identity.principal, candidate) },
      args,
      input: args,
      resource: { ...about.resource, type, id: resource.id },
      data: { ...about.resource, type, id: resource.id },
      operation: { ...about.operation, name: operation },
      system: about.system,
      ...(run && { run: { labels: run.labels } }),
      session: { ...identity.session, id: channel.run },
      context: { door: channel.door, time: now },
      ...used,
    },
  }
}

function principalFacts({ attributes, kind, id, roles }: Principal): JsonObject {
  return { ...attributes, kind, id, roles }
}

/** The acting agent, and the human who acts or is acted for, stand under names of their own. */
function rootsOf(
  { chain }: Identity,
  principal: Principal,
  behind: Principal | undefined,
): JsonObject {
  const facts = principalFacts(principal)
  const person = principal.kind === 'human' ? facts : behind && principalFacts(behind)
  const acting = chain.findLast(({ kind }) => kind === 'agent')
  const named = acting && { kind: acting.kind, id: acting.id }
  const agent = principal.kind === 'agent' ? facts : named
  return { ...(agent && { agent }), ...(person && { human: person, user: person }) }
}

/** Every link of the chain, the one who acts last; what is limited to nothing has a star. */
function delegationFacts({ chain, scopes }: Identity): JsonObject {
  return {
    depth: delegationDepth(chain),
    scopes: scopes ?? [EVERYTHING],
    chain: chain.map(({ kind, id, via }) => ({ kind, id, via })),
    links: chain.map(({ kind, id }) => `${kind}:${id}`),
  }
}
