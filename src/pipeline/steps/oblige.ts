import type { Action } from '../../kernel/action.ts'
import { argsOf, withArgs } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Obligation } from '../../kernel/obligations/obligation.ts'
import { redactArgs, redactResult } from '../../kernel/obligations/redact.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import type { Redaction } from '../../kernel/receipt/receipt.ts'

export interface ObligedAction {
  readonly action: Action
  readonly redactions: readonly Redaction[]
}

export interface ObligedResult {
  readonly result: JsonObject
  readonly redactions: readonly Redaction[]
}

/**
 * The action as it may leave the runtime.
 * @throws PortcullisError `OBLIGATION_FAILED` when one obligation can't be fulfilled.
 */
export function obligeAction(action: Action, decision: Decision): ObligedAction {
  const { value, redactions } = fulfil(decision, argsOf(action), 'args')
  return { action: redactions.length === 0 ? action : withArgs(action, value), redactions }
}

/**
 * The result as it may reach the agent.
 * @throws PortcullisError `OBLIGATION_FAILED` when one obligation can't be fulfilled.
 */
export function obligeResult(result: JsonObject, decision: Decision): ObligedResult {
  const { value, redactions } = fulfil(decision, result, 'result')
  return { result: value, redactions }
}

type Side = 'args' | 'result'

interface Fulfilled {
  readonly value: JsonObject
  readonly redactions: readonly Redaction[]
}

function fulfil(decision: Decision, payload: JsonObject, side: Side): Fulfilled {
  try {
    let value = payload
    const redactions: Redaction[] = []
    for (const { obligation } of decision.obligations) {
      const fulfilled = fulfilOne(obligation, value, side)
      value = fulfilled.value
      redactions.push(...fulfilled.redactions)
    }
    return { value, redactions }
  } catch (cause) {
    throw new PortcullisError('OBLIGATION_FAILED', `the ${side} could not be redacted`, { cause })
  }
}

function fulfilOne(obligation: Obligation, payload: JsonObject, side: Side): Fulfilled {
  switch (obligation.kind) {
    case 'redact':
      return side === 'args' ? redactArgs(payload, obligation) : redactResult(payload, obligation)
    default:
      throw new PortcullisError('OBLIGATION_FAILED', `nothing fulfils \`${obligation.kind}\` yet`)
  }
}
