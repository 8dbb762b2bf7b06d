import { type Action, operationOf } from '../../kernel/action.ts'
import { accountHolder, type Call, type CallInHand } from '../../kernel/budget/usage-book.ts'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { shortOf } from '../../kernel/obligations/assurance.ts'
import type { Obligation } from '../../kernel/obligations/obligation.ts'
import { type Decision, permits } from '../../kernel/policy/decision.ts'
import type { Attempt } from '../attempt.ts'
import type { Ports } from '../ports.ts'

/** A call as it is counted. */
export function callOf(action: Action, identity: Identity, now: number): Call {
  return { principal: accountHolder(identity.chain), operation: operationOf(action), now }
}

/** The decision, and what must hold for it, before anything is recorded or carried out. */
export interface Conditions {
  readonly identity: Identity
  readonly decision: Decision
  readonly hand: CallInHand
}

/**
 * Why the action may not go on; nothing if it may. Of a permitted action, what has to be proved is
 * checked first, then rates, then budgets: nothing is held for an action that fails otherwise.
 */
export function refusalOf(
  attempt: Attempt,
  conditions: Conditions,
  ports: Ports,
): ErrorCode | undefined {
  if (!permits(conditions.decision)) return 'POLICY_DENIED'
  const { action } = attempt.request
  if (!ports.payloads.subjectOf(action, conditions.identity).found) return 'SUBJECT_UNKNOWN'
  const obligations = conditions.decision.obligations.map(({ obligation }) => obligation)
  if (obligations.length === 0) return undefined
  try {
    const assured = ports.assurances.of(conditions.identity, action)
    for (const obligation of obligations) {
      const code = shortOf(obligation, assured, attempt.now)
      if (code !== undefined) return code
    }
    conditions.hand.reserve({
      rates: obligations.filter(isKind('rate_limit')),
      spend: obligations.filter(isKind('spend')).map(({ budget, amount }) => ({ budget, amount })),
    })
    return undefined
  } catch (error) {
    const known = error instanceof PortcullisError && error.code !== 'INTERNAL'
    return known ? error.code : 'OBLIGATION_FAILED'
  }
}

function isKind<Kind extends Obligation['kind']>(kind: Kind) {
  return (obligation: Obligation): obligation is Extract<Obligation, { kind: Kind }> =>
    obligation.kind === kind
}
