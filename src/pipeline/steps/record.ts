import { type Action, operationOf, resourceOf } from '../../kernel/action.ts'
import type { Spending } from '../../kernel/budget/budget.ts'
import type { ErrorCode } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { withinBytes } from '../../kernel/json/within-bytes.ts'
import { type RunLabels, UNLABELLED } from '../../kernel/labels/label.ts'
import type { RpcError } from '../../kernel/mcp/peer-error.ts'
import { type Decision, permits } from '../../kernel/policy/decision.ts'
import { eventDraft } from '../../kernel/receipt/event-draft.ts'
import type {
  ReceiptDraft,
  RecordedAction,
  RecordedApproval,
  RecordedEffect,
  RecordedEvent,
  RecordedPayload,
  Redaction,
} from '../../kernel/receipt/receipt.ts'
import type { Attempt } from '../attempt.ts'
import type { Caller, Channel, Ports } from '../ports.ts'
import { givenLabels, taintsBehind } from './label.ts'
import { recordedArgs } from './payload.ts'
import { clip, RECORDED_RULES_LIMIT, recordedDecision } from './recorded-decision.ts'

/** Redactions and paths that one receipt lists; a receipt has a size limit of its own. */
export const RECORDED_REDACTIONS_LIMIT = 32
export const RECORDED_PATHS_LIMIT = 64
/**
 * Bytes of each of these lists as JSON: an agent or a server may choose the names in them, and an
 * outcome whose receipt is too long could not be recorded.
 */
export const RECORDED_LIST_LIMIT_BYTES = 4_096

/** What became of a decided action: an answer that may be passed on, or a code. */
export type Effect = {
  /** Id of its receipt. */
  readonly receipt: string
  readonly state: Exclude<RecordedEffect['state'], 'held' | 'dispatched'>
  readonly redactions: readonly Redaction[]
  /** What it cost of what was held for it; absent where nothing was. */
  readonly spend?: readonly Spending[]
  /** Places of the values that were passed on, where the audit trail is detailed. */
  readonly paths?: readonly string[]
  /** What it gave of the labels that were held; absent where none were. */
  readonly labels?: readonly string[]
  /** What of the result was made harmless, or marked. */
  readonly sanitised?: readonly Redaction[]
} & ({ readonly result: JsonObject; readonly out: RecordedPayload } | Failure)

interface Failure {
  readonly code: ErrorCode
  /** What the target answered in place of a result, as the agent may read it. */
  readonly answered?: RpcError
}

/** A receipt that is on disk. */
export interface Recorded {
  readonly id: string
}

/** One that says whom the action is about, by pseudonym. */
export interface RecordedIntent extends Recorded {
  readonly pseudonym: string
}

/** A decision, why it is refused if it is, and what is held of budgets if it is not. */
export interface Intent {
  readonly identity: Identity
  readonly decision: Decision
  readonly refusal: ErrorCode | undefined
  readonly spend: readonly Spending[]
  /** The request for approval that the decision is about. */
  readonly approval?: RecordedApproval | undefined
  /** The labels that the run had when it was decided. */
  readonly run?: RunLabels
}

/** The decision, durable before anything is carried out. */
export async function recordIntent(
  attempt: Attempt,
  { identity, decision, refusal, spend, approval, run = UNLABELLED }: Intent,
  ports: Ports,
): Promise<RecordedIntent> {
  const { action, channel } = attempt.request
  const considered = isDetailed(decision) ? consideredIn(decision) : []
  const head = envelope(channel, identity, ports)
  const receipt = { id: head.id, at: head.ts, channel, identity }
  const goesOn = refusal === undefined && permits(decision)
  const labels = goesOn ? givenLabels(decision) : []
  const taints = taintsBehind(decision, run)
  const { chain } = identity
  // Held before anything is waited for: whoever is decided on meanwhile finds them.
  const letGo = ports.labels.hold({ receipt: head.id, chain, labels, at: head.ts })
  try {
    const input = await recordedArgs(action, { receipt, decision, goesOn }, ports)
    // Nothing comes between: an alert stands right behind the denial that raised it.
    if (refusal !== undefined) ports.refusals.note({ code: refusal, channel, identity })
    const { id } = await ports.ledger.append({
      ...head,
      kind: 'decision',
      action: named(action, ports, attempt.request.caller),
      decision: recordedDecision(decision),
      in: input,
      ...(refusal === undefined ? becomes(decision) : { code: refusal }),
      ...(refusal === undefined && spend.length > 0 ? { spend } : {}),
      ...(approval === undefined ? {} : { approval }),
      ...(labels.length === 0 ? {} : { labels }),
      ...(taints.length === 0 ? {} : { taints }),
      ...(considered.length === 0 ? {} : { detail: { considered } }),
      cost: { ms: elapsed(attempt, ports) },
    })
    return { id, pseudonym: input.subject }
  } finally {
    // From here on the receipt counts for the call.
    letGo()
  }
}

/** What a decision alone makes of the action. */
function becomes(decision: Decision): Pick<ReceiptDraft, 'code' | 'effect'> {
  if (permits(decision)) return { effect: { state: 'dispatched' } }
  if (decision.effect === 'require_approval') return { effect: { state: 'held' } }
  return { code: 'POLICY_DENIED' }
}

/** What became of the effect, durable before the agent hears of it. */
export function recordOutcome(
  attempt: Attempt,
  { identity, intent, effect }: { identity: Identity; intent: Recorded; effect: Effect },
  ports: Ports,
): Promise<Recorded> {
  return ports.ledger.append({
    ...place(attempt.request.channel, identity, ports),
    id: effect.receipt,
    kind: 'effect',
    action: named(attempt.request.action, ports, attempt.request.caller),
    effect: { state: effect.state, of: intent.id },
    ...('code' in effect ? { code: effect.code } : { out: effect.out }),
    ...(effect.redactions.length === 0 ? {} : { redactions: bounded(effect.redactions) }),
    ...(effect.spend === undefined ? {} : { spend: effect.spend }),
    ...(effect.labels === undefined ? {} : { labels: effect.labels }),
    ...(effect.sanitised === undefined ? {} : { sanitised: bounded(effect.sanitised) }),
    ...(effect.paths === undefined ? {} : { detail: { paths: boundedPaths(effect.paths) } }),
    cost: { ms: elapsed(attempt, ports) },
  })
}

/** A request that never became a decided action. */
export interface Refusal {
  readonly code: ErrorCode
  readonly channel: Channel
  readonly identity: Identity | undefined
  readonly action?: Action
  readonly approval?: RecordedApproval
}

/** Nothing where there are so many refusals that this one is only counted. */
export async function recordRefusal(refusal: Refusal, ports: Ports): Promise<Recorded | undefined> {
  if (!ports.refusals.note(refusal)) return undefined
  return ports.ledger.append({
    ...envelope(refusal.channel, refusal.identity, ports),
    kind: 'refusal',
    code: refusal.code,
    ...(refusal.action === undefined ? {} : { action: named(refusal.action, ports) }),
    ...(refusal.approval === undefined ? {} : { approval: refusal.approval }),
  })
}

/** Something that happened at a door. */
export async function recordAtDoor(
  event: RecordedEvent,
  { channel, identity }: Pick<Refusal, 'channel' | 'identity'>,
  ports: Ports,
): Promise<void> {
  const { id, ts, run, actor } = envelope(channel, identity, ports)
  const { door, peer } = channel
  await ports.ledger.append(
    eventDraft(event, { id, ts, run, by: { actor, channel: { door, peer } } }),
  )
}

type Envelope = Pick<ReceiptDraft, 'id' | 'ts' | 'run' | 'actor' | 'channel'>

function envelope(channel: Channel, identity: Identity | undefined, ports: Ports): Envelope {
  return { id: ports.ids.next(), ...place(channel, identity, ports) }
}

/** All of it but the id, which an outcome has from before: what is kept for it bears that id. */
function place(
  channel: Channel,
  identity: Identity | undefined,
  ports: Ports,
): Omit<Envelope, 'id'> {
  return {
    ts: ports.clock.now(),
    run: channel.run,
    actor: identity?.chain ?? [],
    channel: { door: channel.door, peer: channel.peer },
  }
}

function named(action: Action, { connector }: Ports, caller?: Caller): RecordedAction {
  const { server, schema } = connector.target?.(action, caller) ?? {}
  return {
    operation: operationOf(action),
    resource: resourceOf(action),
    ...(server === undefined ? {} : { server }),
    ...(schema === undefined ? {} : { schema }),
  }
}

/** Since the request came, in milliseconds to the microsecond. */
function elapsed(attempt: Attempt, ports: Ports): number {
  return Math.round((ports.clock.elapsed() - attempt.started) * 1000) / 1000
}

/**
 * Is everything to be told that a receipt can tell? A requirement can ask for it, and of denied
 * actions too an `audit` rule.
 */
export function isDetailed({ obligations, audits }: Decision): boolean {
  return (
    obligations.some(
      ({ obligation }) => obligation.kind === 'audit_trail' && obligation.detail === 'detailed',
    ) || audits.some(({ name, value }) => name === 'audit_trail' && value === 'detailed')
  )
}

function consideredIn({ nearMisses, observed }: Decision): readonly string[] {
  const rules = [...nearMisses, ...(observed?.determining ?? [])]
  return rules.slice(0, RECORDED_RULES_LIMIT).map(({ file, line, rule }) => {
    return clip(`${file}:${line} ${rule}`)
  })
}

function boundedPaths(paths: readonly string[]): readonly string[] {
  const clipped = paths.slice(0, RECORDED_PATHS_LIMIT).map(clip)
  const listed = withinBytes(clipped, RECORDED_LIST_LIMIT_BYTES)
  return listed.length < paths.length ? [...listed, '…'] : listed
}

function bounded(redactions: readonly Redaction[]): readonly Redaction[] {
  const clipped = redactions
    .slice(0, RECORDED_REDACTIONS_LIMIT)
    .map(({ path, why }) => ({ path: clip(path), why }))
  const listed = withinBytes(clipped, RECORDED_LIST_LIMIT_BYTES)
  const more = redactions.length - listed.length
  return more > 0 ? [...listed, { path: '…', why: `${more} more` }] : listed
}
