import type { UsageFacts } from '../../kernel/budget/usage-book.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type { Attempt } from '../attempt.ts'
import type { Ports } from '../ports.ts'
import { policyRequest } from './policy-request.ts'

/** A decision, and all that it was made from. */
export interface Judgement {
  readonly request: PolicyRequest
  readonly decision: Decision
}

/**
 * Asks the policy in force.
 * @throws PortcullisError `DECISION_FAILED` on any error in deciding, which refuses the action.
 */
export function judge(
  attempt: Attempt,
  { identity, used }: { identity: Identity; used: UsageFacts },
  ports: Ports,
): Judgement {
  try {
    const { attributes, policies } = ports
    const knowledge = { attributes, used, now: attempt.now }
    const request = policyRequest(attempt.request, identity, knowledge)
    return { request, decision: policies.current().decide(request) }
  } catch (cause) {
    throw new PortcullisError('DECISION_FAILED', 'the policy could not be evaluated', { cause })
  }
}
