import type { Action } from '../../kernel/action.ts'
import { argsOf, withArgs } from '../../kernel/action.ts'
import { codeOf, PortcullisError, unreachable } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { maskArgs, maskResult } from '../../kernel/obligations/mask.ts'
import { checkBytes } from '../../kernel/obligations/max-bytes.ts'
import { cutRows } from '../../kernel/obligations/max-rows.ts'
import type { Obligation } from '../../kernel/obligations/obligation.ts'
import { redactArgs, redactResult } from '../../kernel/obligations/redact.ts'
import { type Redacted, untouched } from '../../kernel/obligations/sweep.ts'
import type { Decision } from '../../kernel/policy/decision.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
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
  const { value, redactions: ofArgs } = fulfil(decision, argsOf(action), 'args')
  const { rest, redactions: ofRest } = obligeBeside(action, decision)
  const redactions = [...ofArgs, ...ofRest]
  if (redactions.length === 0) return { action, redactions }
  const obliged = { ...withArgs(action, value), ...rest }
  // A key or a namespace says what is acted on: it cannot be changed, nor passed on as it is.
  if (canonical(argsOf(obliged)) !== canonical(value)) {
    throw new PortcullisError('OBLIGATION_FAILED', 'what is to be taken out names the target')
  }
  return { action: obliged, redactions }
}

/** What came beside the arguments leaves under the same obligations. */
function obligeBeside(action: Action, decision: Decision) {
  if (!('beside' in action) || action.beside === undefined) return { rest: {}, redactions: [] }
  const { value, redactions } = fulfil(decision, action.beside, 'args')
  return { rest: { beside: value }, redactions }
}

/**
 * The arguments as they may be shown to somebody.
 * @throws PortcullisError `OBLIGATION_FAILED` when one obligation can't be fulfilled.
 */
export function obligedArgs(action: Action, decision: Decision): JsonObject {
  return fulfil(decision, argsOf(action), 'args').value
}

/**
 * The result as it may reach the agent.
 * @throws PortcullisError `RESULT_TOO_LARGE`; `OBLIGATION_FAILED` when an obligation can't be
 * fulfilled.
 */
export function obligeResult(result: JsonObject, decision: Decision): ObligedResult {
  const { value, redactions } = fulfil(decision, result, 'result')
  return { result: value, redactions }
}

type Side = 'args' | 'result'
type Kind = Obligation['kind']

/**
 * Those that change a payload or look at it, in the order they are fulfilled, whatever order the
 * rules have. Patterns are looked for before a mask could hide them; what is measured is what goes.
 */
const ORDER: readonly Kind[] = ['redact', 'mask', 'max_rows', 'max_bytes']

function fulfil(decision: Decision, payload: JsonObject, side: Side): Redacted {
  try {
    let value = payload
    const redactions: Redaction[] = []
    for (const obligation of inOrder(decision)) {
      const fulfilled = fulfilOne(obligation, value, side)
      value = fulfilled.value
      redactions.push(...fulfilled.redactions)
    }
    return { value, redactions }
  } catch (cause) {
    if (codeOf(cause) === 'RESULT_TOO_LARGE') throw cause
    const message = `the ${side} could not be brought into the form that is demanded`
    throw new PortcullisError('OBLIGATION_FAILED', message, { cause })
  }
}

function inOrder({ obligations }: Decision): readonly Obligation[] {
  if (obligations.length < 2) return obligations.map(({ obligation }) => obligation)
  return obligations
    .map(({ obligation }) => obligation)
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}

function fulfilOne(obligation: Obligation, payload: JsonObject, side: Side): Redacted {
  switch (obligation.kind) {
    case 'redact':
      return side === 'args' ? redactArgs(payload, obligation) : redactResult(payload, obligation)
    case 'mask':
      return side === 'args' ? maskArgs(payload, obligation) : maskResult(payload, obligation)
    case 'max_rows':
      return side === 'args' ? untouched(payload) : cutRows(payload, obligation)
    case 'max_bytes':
      if (side === 'result') checkBytes(payload, obligation)
      return untouched(payload)
    // Fulfilled before the decision was recorded.
    case 'rate_limit':
    case 'spend':
    case 'sandbox_tier':
    case 'step_up':
    case 'declared':
    // Fulfilled by waiting, before the effect.
    case 'finality':
    // Fulfilled by the receipts.
    case 'audit_trail':
    case 'label':
      return untouched(payload)
    default:
      return unreachable(obligation)
  }
}
