import type { UsageFacts } from '../../kernel/budget/usage-book.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { Attempt } from '../attempt.ts'
import type { Ports } from '../ports.ts'
import { policyRequest } from './policy-request.ts'

/**
 * Asks the policy in force.
 * @throws PortcullisError `DECISION_FAILED` on any error in deciding, which refuses the action.
 */
export function judge(
  attempt: Attempt,
  { identity, used }: { identity: Identity; used: UsageFacts },
  ports: Ports,
): Decision {
  try {
    const { attributes, policies } = ports
    const knowledge = { attributes, used, now: attempt.now }
    return policies.current().decide(policyRequest(attempt.request, identity, knowledge))
  } catch (cause) {
    throw new PortcullisError('DECISION_FAILED', 'the policy could not be evaluated', { cause })
  }
}
