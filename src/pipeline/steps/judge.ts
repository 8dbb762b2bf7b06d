import type { CallInHand, UsageFacts } from '../../kernel/budget/usage-book.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { RunLabels } from '../../kernel/labels/label.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type { Attempt } from '../attempt.ts'
import type { Ports } from '../ports.ts'
import { callOf } from './meet.ts'
import { policyRequest } from './policy-request.ts'
import { withTask } from './task.ts'

/** Who asks, and the names of the approvals that are there. */
export interface Asker {
  readonly identity: Identity
  readonly approved?: readonly string[]
}

/** A call that is decided, and counted until its `hand` is ended. */
export interface JudgedCall {
  readonly attempt: Attempt
  readonly identity: Identity
  readonly hand: CallInHand
  /** The labels that its run has, and what gave them. */
  readonly run: RunLabels
  /** What the policy was asked. */
  readonly asked: PolicyRequest
  readonly decision: Decision
  /** The version of the policies in force, whatever more the decision is about. */
  readonly under: string
}

/**
 * Counts the call from now on and asks the policy in force. Whoever asks has to end its hand.
 * @throws PortcullisError `DECISION_FAILED` on any error in deciding, which refuses the action, and
 * `USAGE_UNAVAILABLE`; the call is then not counted.
 */
export function judgeCall(attempt: Attempt, asker: Asker, ports: Ports): JudgedCall {
  const { identity } = asker
  const hand = ports.usage.begin(callOf(attempt.request.action, identity, attempt.now))
  try {
    return { attempt, identity, hand, ...judge(attempt, { ...asker, used: hand.facts }, ports) }
  } catch (error) {
    hand.end()
    throw error
  }
}

function judge(
  attempt: Attempt,
  { identity, used, approved }: Asker & { readonly used: UsageFacts },
  ports: Ports,
): Pick<JudgedCall, 'asked' | 'decision' | 'under' | 'run'> {
  try {
    const { attributes, roles } = ports
    const policies = ports.policies.current()
    const run = ports.labels.of(identity.chain, attempt.now)
    const knowledge = { attributes, roles, used, run, now: attempt.now }
    const request = policyRequest(attempt.request, identity, knowledge)
    const asked = approved === undefined ? request : { ...request, approved }
    const decision = withTask(policies.decide(asked), attempt.request.action, ports)
    return { asked, run, decision, under: policies.version }
  } catch (cause) {
    throw new PortcullisError('DECISION_FAILED', 'the policy could not be evaluated', { cause })
  }
}
