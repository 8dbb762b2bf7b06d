import { codeOf, type ErrorCode } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import { type Decision, permits } from '../kernel/policy/decision.ts'
import type { Redaction } from '../kernel/receipt/receipt.ts'
import { type Attempt, begin } from './attempt.ts'
import type { GuardRequest, Outcome, Ports } from './ports.ts'
import { judge } from './steps/judge.ts'
import { obligeAction, obligeResult } from './steps/oblige.ts'
import {
  type Effect,
  type Refusal,
  recordIntent,
  recordOutcome,
  recordRefusal,
} from './steps/record.ts'

/**
 * The path of every request, whichever door it came through. It never rejects: an exception on the
 * way is a refusal, and the effect is only ever reached past a durable record of the decision.
 */
export async function guard(request: GuardRequest, ports: Ports): Promise<Outcome> {
  let identity: Identity | undefined
  try {
    const attempt = begin(request, ports)
    identity = await ports.identities.verify(request.credential, attempt.now)
    const decision = judge(attempt, identity, ports)
    const intent = await recordIntent(attempt, { identity, decision }, ports)
    if (!permits(decision)) return refused('POLICY_DENIED', intent.id)
    const effect = await carryOut(attempt, { identity, decision }, ports)
    await recordOutcome(attempt, { identity, intent, effect }, ports)
    if ('code' in effect) return { kind: 'failed', code: effect.code, receipt: intent.id }
    return { kind: 'done', result: effect.result, receipt: intent.id }
  } catch (error) {
    const { action, channel } = request
    return refuse({ code: codeOf(error), action, channel, identity }, ports)
  }
}

/** Oblige → execute → oblige. A failure is an effect too: it has to be recorded. */
async function carryOut(
  attempt: Attempt,
  { identity, decision }: { identity: Identity; decision: Decision },
  ports: Ports,
): Promise<Effect> {
  const redactions: Redaction[] = []
  let answered = false
  try {
    const ready = obligeAction(attempt.request.action, decision)
    redactions.push(...ready.redactions)
    const answer = await ports.connector.execute(ready.action, identity)
    answered = true
    const safe = obligeResult(answer, decision)
    redactions.push(...safe.redactions)
    return { state: 'confirmed', result: safe.result, redactions }
  } catch (error) {
    const code = codeOf(error)
    return { state: answered ? 'confirmed' : stateAfter(code), code, redactions }
  }
}

/** Failures after which nobody can say whether the target acted. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_PROTOCOL',
  'INTERNAL',
])

function stateAfter(code: ErrorCode): 'failed' | 'unknown' {
  return UNCERTAIN.has(code) ? 'unknown' : 'failed'
}

function refused(code: ErrorCode, receipt?: string): Outcome {
  return receipt === undefined ? { kind: 'refused', code } : { kind: 'refused', code, receipt }
}

/** The last line of defence: refuses even where the refusal itself can't be recorded. */
async function refuse(refusal: Refusal, ports: Ports): Promise<Outcome> {
  try {
    const receipt = await recordRefusal(refusal, ports)
    return refused(refusal.code, receipt.id)
  } catch {
    // The ledger is out: the ledger itself reports that, and the refusal stands without a receipt.
    return refused(refusal.code)
  }
}
