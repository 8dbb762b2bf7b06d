import { checkCandidate } from '../kernel/acl/candidate.ts'
import { argsOf } from '../kernel/action.ts'
import type { Spending } from '../kernel/budget/budget.ts'
import type { CallInHand } from '../kernel/budget/usage-book.ts'
import { codeOf, type ErrorCode, type PortcullisError } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'
import { memberPaths } from '../kernel/receipt/member-paths.ts'
import type { Redaction } from '../kernel/receipt/receipt.ts'
import { SchemaMismatch } from '../kernel/schema/schema-problem.ts'
import { type Attempt, begin } from './attempt.ts'
import type { GuardRequest, Outcome, Ports, Refused, Target } from './ports.ts'
import { type Approved, approve, isHeld, type Withheld } from './steps/approve.ts'
import { awaitFinality } from './steps/await-finality.ts'
import { definedTool, unfitArguments } from './steps/check-schema.ts'
import { checkTool } from './steps/check-tool.ts'
import { judgeCall } from './steps/judge.ts'
import { keepRequest } from './steps/keep-request.ts'
import { givenLabels } from './steps/label.ts'
import { refusalOf } from './steps/meet.ts'
import { obligeAction, obligeResult } from './steps/oblige.ts'
import { obligedCaller, obligedError } from './steps/oblige-peer.ts'
import { recordedResult } from './steps/payload.ts'
import {
  type Effect,
  isDetailed,
  RECORDED_PATHS_LIMIT,
  type Refusal,
  recordIntent,
  recordOutcome,
  recordRefusal,
} from './steps/record.ts'
import { type Sanitiser, sanitisedRequest, sanitiserOf } from './steps/sanitise.ts'
import { checkScope } from './steps/scope.ts'
import { keepTask, obligeTask } from './steps/task.ts'

/**
 * The path of every request, whichever door it came through. It never rejects: an exception on the
 * way is a refusal, and the effect is only ever reached past a durable record of the decision.
 */
export async function guard(request: GuardRequest, ports: Ports): Promise<Outcome> {
  let identity: Identity | undefined
  let hand: CallInHand | undefined
  try {
    const first = begin(request, ports)
    identity = await ports.identities.verify(request.credential, first.now)
    checkScope(request.action, identity)
    checkCandidate(identity.principal, request.candidate)
    const target = checkTool(request.action, request.caller, ports)
    const asked = judgeCall(first, { identity }, ports)
    hand = asked.hand
    // Unless a human is asked, nothing comes between deciding and holding what it costs.
    const judged: Approved | Withheld = isHeld(asked) ? await approve(asked, ports) : asked
    if ('withheld' in judged) return refused(judged.withheld, judged.receipt)
    hand = judged.hand
    const { attempt } = judged
    const unfit = unfitArguments(attempt.request, judged, ports)
    const refusal = judged.refusal ?? unfit?.code ?? refusalOf(attempt, judged, ports)
    const spend = hand.reserved
    const intent = await recordIntent(attempt, { ...judged, refusal, spend }, ports)
    keepRequest(judged, intent, ports)
    if (refusal !== undefined) return told(refused(refusal, intent.id), unfit)
    // From here on the receipt counts for the call.
    hand.end()
    const effect = await carryOut(attempt, { ...judged, spend, target }, ports)
    await recordOutcome(attempt, { ...judged, intent, effect }, ports)
    if ('code' in effect) return failed(effect, intent.id)
    return { kind: 'done', result: effect.result, receipt: intent.id }
  } catch (error) {
    const { action, channel } = request
    return refuse({ code: codeOf(error), action, channel, identity }, ports)
  } finally {
    hand?.end()
  }
}

interface Going {
  readonly identity: Identity
  readonly asked: PolicyRequest
  readonly decision: Decision
  readonly spend: readonly Spending[]
  readonly target: Target | undefined
}

/**
 * Oblige → await finality → execute → oblige. A failure is an effect too: it has to be recorded.
 */
async function carryOut(attempt: Attempt, going: Going, ports: Ports): Promise<Effect> {
  const { identity, asked, decision, spend, target } = going
  const redactions: Redaction[] = []
  const paths: string[] | undefined = isDetailed(decision) ? [] : undefined
  let reached: 'nobody' | 'target' | 'answer' = 'nobody'
  const { action, channel } = attempt.request
  const sanitiser = sanitiserOf(action, ports)
  const { findings: sanitised } = sanitiser
  const receipt = { id: ports.ids.next(), at: ports.clock.now(), channel, identity }
  const tell = (root: string, payload: JsonObject) =>
    paths?.push(...memberPaths(payload, root, RECORDED_PATHS_LIMIT))
  const told = () => ({
    ...{ redactions, ...(paths && { paths }) },
    ...(sanitised.length > 0 && { sanitised }),
  })
  try {
    const ready = obligeAction(sanitisedRequest(action, sanitiser), decision)
    redactions.push(...ready.redactions)
    tell('args', argsOf(ready.action))
    await awaitFinality(decision, ports)
    // Between deciding and now somebody may have consented to it as it was.
    checkTool(ready.action, attempt.request.caller, ports)
    reached = 'target'
    const caller = obligedCaller(attempt.request.caller, { decision, redactions, sanitiser })
    const tool = definedTool(attempt.request, ports)
    const around = { asked, caller, target, room: attempt.request.room }
    const answer = await ports.connector.execute(ready.action, identity, around)
    reached = 'answer'
    if (tool !== undefined) ports.schemas.checkResult(tool, answer)
    keepTask(action, { answer, decision }, ports)
    const safe = obligeResult(sanitiser.result(answer), decision)
    const { result, redactions: ofTask } = obligeTask(action, { ...safe, decision }, ports)
    redactions.push(...safe.redactions, ...ofTask)
    tell('result', result)
    const out = await recordedResult(action, { receipt, result }, ports)
    const end = { receipt: receipt.id, state: 'confirmed', result, out } as const
    return { ...end, ...told(), ...cost(spend), ...given(decision, sanitiser) }
  } catch (error) {
    attempt.request.onFailure?.(error)
    const code = codeOf(error)
    const free = reached === 'nobody' || code === 'UPSTREAM_UNKNOWN'
    const state = reached === 'answer' ? 'confirmed' : stateAfter(code, reached)
    const answered = obligedError(error, { decision, sanitiser })
    const end = { receipt: receipt.id, state, code } as const
    return {
      ...end,
      ...(answered && { answered }),
      ...told(),
      ...cost(spend, free),
      ...given(decision, sanitiser, free),
    }
  }
}

/** What is held is spent, unless the target was never reached. */
function cost(spend: readonly Spending[], free = false): { spend?: readonly Spending[] } {
  return spend.length === 0 ? {} : { spend: free ? [] : spend }
}

/** The labels that were held are the run's, unless the target was never reached. */
function given(decision: Decision, { marked }: Sanitiser, free = false): Pick<Effect, 'labels'> {
  if (givenLabels(decision).length === 0) return {}
  return { labels: free ? [] : givenLabels(decision, marked) }
}

/** Failures after which nobody can say whether the target acted. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_PROTOCOL',
  'CALL_CANCELLED',
  'ANSWERS_LIMIT',
  'INTERNAL',
])

function stateAfter(code: ErrorCode, reached: 'nobody' | 'target'): 'failed' | 'unknown' {
  return reached === 'target' && UNCERTAIN.has(code) ? 'unknown' : 'failed'
}

function failed(
  { code, answered }: Extract<Effect, { code: ErrorCode }>,
  receipt: string,
): Outcome {
  return { kind: 'failed', code, receipt, ...(answered && { answered }) }
}

function refused(code: ErrorCode, receipt?: string): Refused {
  return receipt === undefined ? { kind: 'refused', code } : { kind: 'refused', code, receipt }
}

/** Whoever sent arguments that do not fit is told where, and nobody else. */
function told(outcome: Refused, unfit: PortcullisError | undefined): Refused {
  return unfit instanceof SchemaMismatch ? { ...outcome, problems: unfit.problems } : outcome
}

/** The last line of defence: refuses even where the refusal itself can't be recorded. */
async function refuse(refusal: Refusal, ports: Ports): Promise<Outcome> {
  try {
    const receipt = await recordRefusal(refusal, ports)
    return refused(refusal.code, receipt?.id)
  } catch {
    // The ledger is out: the ledger itself reports that, and the refusal stands without a receipt.
    return refused(refusal.code)
  }
}
