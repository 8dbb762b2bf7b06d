import { codeOf } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import { permits } from '../kernel/policy/decision.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'
import { begin } from './attempt.ts'
import type { GuardRequest, Permission, Ports } from './ports.ts'
import { callOf } from './steps/meet.ts'
import { policyRequest } from './steps/policy-request.ts'
import { recordIntent, recordRefusal } from './steps/record.ts'
import { checkScope } from './steps/scope.ts'

/**
 * The first part of the path, for what changes nothing: identify → decide. It counts for nothing
 * and leaves no receipt when it is permitted, so that whoever runs the runtime still sees how it is
 * doing when nothing can be written. Never rejects: an exception on the way is a refusal.
 */
export async function permit(request: GuardRequest, ports: Ports): Promise<Permission> {
  let identity: Identity | undefined
  try {
    const attempt = begin(request, ports)
    identity = await ports.identities.verify(request.credential, attempt.now)
    checkScope(request.action, identity)
    const asked = asking(request, identity, { ports, now: attempt.now })
    const decision = ports.policies.current().decide(asked)
    if (decision.effect === 'require_approval') return { kind: 'conditional' }
    if (!permits(decision)) {
      const code = 'POLICY_DENIED'
      const run = ports.labels.of(identity.chain, attempt.now)
      const denied = { identity, decision, refusal: code, spend: [], run } as const
      const receipt = await recordIntent(attempt, denied, ports).catch(() => undefined)
      return { kind: 'refused', code, ...(receipt && { receipt: receipt.id }) }
    }
    if (decision.obligations.length > 0) return { kind: 'conditional' }
    return { kind: 'permitted', identity }
  } catch (error) {
    const code = codeOf(error)
    const { action, channel } = request
    const refusal = { code, action, channel, identity }
    const receipt = await recordRefusal(refusal, ports).catch(() => undefined)
    return { kind: 'refused', code, ...(receipt && { receipt: receipt.id }) }
  }
}

interface Asking {
  readonly ports: Ports
  readonly now: number
}

/** Where the counts may miss something, policies find none: who only looks, uses nothing. */
function asking(request: GuardRequest, identity: Identity, { ports, now }: Asking): PolicyRequest {
  const { attributes, roles, usage, labels } = ports
  const knowledge = { attributes, roles, run: labels.of(identity.chain, now), now }
  try {
    const used = usage.peek(callOf(request.action, identity, now))
    return policyRequest(request, identity, { ...knowledge, used })
  } catch (error) {
    if (codeOf(error) !== 'USAGE_UNAVAILABLE') throw error
    return policyRequest(request, identity, knowledge)
  }
}
