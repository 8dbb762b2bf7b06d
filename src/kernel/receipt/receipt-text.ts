import type { Resource } from '../action.ts'
import type { Spending } from '../budget/budget.ts'
import type { ActorLink } from '../identity/principal.ts'
import type { Taint } from '../labels/label.ts'
import type { RuleRef } from '../policy/decision.ts'
import { canonical } from './canonical.ts'
import { RECEIPT_KINDS } from './events.ts'
import {
  after,
  amount,
  before,
  count,
  exactly,
  flag,
  listOf,
  loose,
  name,
  names,
  objectOf,
  text,
  texts,
  wordOf,
} from './leaf-values.ts'
import {
  type CodeCount,
  type LeafRange,
  RECEIPT_VERSION,
  type Receipt,
  type RecordedAction,
  type RecordedApproval,
  type RecordedClock,
  type RecordedCost,
  type RecordedDecision,
  type RecordedDetail,
  type RecordedEffect,
  type RecordedEvent,
  type RecordedHold,
  type RecordedObservation,
  type RecordedPayload,
  type RecordedSandbox,
  type Redaction,
} from './receipt.ts'

// How `JSON.stringify` begins to write a lone surrogate; also what a well-formed text may hold.
const SUSPECT = '\\ud'

/**
 * The leaf of a receipt: `canonical(receipt)` in a fraction of the time, and the one place that
 * says which members a receipt has and of which types. Throws `RECEIPT_INVALID` for what lacks
 * members or has them of other types, `JSON_UNSUPPORTED` for text or numbers that JSON cannot hold.
 * Members of a later version are left out.
 *
 * INVARIANT: each function below writes all members of its type in the order of their names;
 * `receipt-text.test.ts` holds it against `canonical`.
 */
export function receiptText(receipt: unknown): string {
  const text = written(receipt)
  if (text.includes(SUSPECT)) canonical(receipt)
  return text
}

function written(receipt: unknown): string {
  const it = objectOf<Receipt>(receipt)
  const about = before('action', it.action, action)
  const through = before('approval', it.approval, approval)
  return (
    `{${about}"actor":${chain(it.actor)},${through}"channel":${channel(it.channel)}` +
    after('clock', it.clock, clock) +
    after('code', it.code, name) +
    after('cost', it.cost, cost) +
    after('decision', it.decision, decision) +
    after('detail', it.detail, detail) +
    after('effect', it.effect, effect) +
    after('event', it.event, event) +
    `,"id":${text(it.id)}` +
    after('in', it.in, payload) +
    `,"kind":${kind(it.kind)}` +
    after('labels', it.labels, texts) +
    `,"log":${name(it.log)}` +
    after('out', it.out, payload) +
    after('prev', it.prev, text) +
    after('redactions', it.redactions, redactions) +
    `,"run":${name(it.run)}` +
    after('sandbox', it.sandbox, sandbox) +
    after('sanitised', it.sanitised, redactions) +
    `,"seq":${count(it.seq)}` +
    after('spend', it.spend, spends) +
    after('taints', it.taints, taints) +
    `,"ts":${amount(it.ts)},"v":${version(it.v)}}`
  )
}

const kind = wordOf(...RECEIPT_KINDS)
const state = wordOf('held', 'dispatched', 'confirmed', 'failed', 'unknown')
const version = exactly(RECEIPT_VERSION)

function action(value: unknown): string {
  const it = objectOf<RecordedAction>(value)
  const { id, type } = objectOf<Resource>(it.resource)
  return (
    `{"operation":${name(it.operation)},"resource":{"id":${name(id)},"type":${name(type)}}` +
    after('risk', it.risk, text) +
    after('schema', it.schema, name) +
    after('server', it.server, name) +
    '}'
  )
}

function link(value: unknown): string {
  const it = objectOf<ActorLink>(value)
  return (
    `{${before('digest', it.digest, text)}"id":${name(it.id)},"kind":${name(it.kind)}` +
    after('session', it.session, text) +
    after('version', it.version, name) +
    `,"via":${name(it.via)}}`
  )
}

const chain = listOf(link)

function approval(value: unknown): string {
  const it = objectOf<RecordedApproval>(value)
  return (
    `{"binding":${text(it.binding)},"by":${texts(it.by)},"expires":${amount(it.expires)},` +
    `"names":${texts(it.names)},"request":${text(it.request)}}`
  )
}

function channel(value: unknown): string {
  const { door, peer } = objectOf<Receipt['channel']>(value)
  return `{"door":${name(door)},"peer":${name(peer)}}`
}

function clock(value: unknown): string {
  return `{"back_ms":${amount(objectOf<RecordedClock>(value).back_ms)}}`
}

function cost(value: unknown): string {
  const { micros, ms, tokens } = objectOf<RecordedCost>(value)
  return loose(
    after('micros', micros, count) + after('ms', ms, amount) + after('tokens', tokens, tokenCounts),
  )
}

function tokenCounts(value: unknown): string {
  const it = objectOf<NonNullable<RecordedCost['tokens']>>(value)
  return `{"in":${count(it.in)},"out":${count(it.out)}}`
}

function decision(value: unknown): string {
  const it = objectOf<RecordedDecision>(value)
  return (
    `{${before('audits', it.audits, texts)}"effect":${name(it.effect)}` +
    `,"errors":${names(it.errors)},"obligations":${names(it.obligations)}` +
    after('observed', it.observed, observation) +
    `,"reason":${name(it.reason)},"rules":${rules(it.rules)},"version":${name(it.version)}}`
  )
}

function observation(value: unknown): string {
  const it = objectOf<RecordedObservation>(value)
  return `{"effect":${name(it.effect)},"reason":${name(it.reason)},"rules":${rules(it.rules)}}`
}

const rules = listOf((value) => {
  const it = objectOf<RuleRef>(value)
  return (
    `{"column":${count(it.column)},"file":${name(it.file)},"line":${count(it.line)},` +
    `"policy":${name(it.policy)},"rule":${name(it.rule)}` +
    `${after('says', it.says, name)},"text":${name(it.text)}}`
  )
})

function detail(value: unknown): string {
  const { considered, paths } = objectOf<RecordedDetail>(value)
  return loose(after('considered', considered, texts) + after('paths', paths, texts))
}

function effect(value: unknown): string {
  const it = objectOf<RecordedEffect>(value)
  return `{${before('of', it.of, text)}"state":${state(it.state)}}`
}

function event(value: unknown): string {
  const it = objectOf<RecordedEvent>(value)
  return (
    `{${before('codes', it.codes, codes)}${before('count', it.count, count)}` +
    `"detail":${text(it.detail)}${after('digest', it.digest, text)}` +
    after('hold', it.hold, hold) +
    after('leaves', it.leaves, leaves) +
    `,"name":${name(it.name)}${after('since', it.since, amount)}` +
    `${after('subject', it.subject, text)}}`
  )
}

function leaves(value: unknown): string {
  const it = objectOf<LeafRange>(value)
  return `{"from":${count(it.from)},"to":${count(it.to)}}`
}

const scopeKind = wordOf('tenant', 'run', 'subject', 'time')

function hold(value: unknown): string {
  const it = objectOf<RecordedHold>(value)
  return (
    `{${before('from', it.from, amount)}"id":${text(it.id)},"kind":${scopeKind(it.kind)}` +
    after('run', it.run, text) +
    after('subject', it.subject, text) +
    `${after('to', it.to, amount)}}`
  )
}

const codes = listOf((value) => {
  const it = objectOf<CodeCount>(value)
  return `{"code":${text(it.code)},"count":${count(it.count)}}`
})

function payload(value: unknown): string {
  const it = objectOf<RecordedPayload>(value)
  return (
    `{"bytes":${count(it.bytes)},"digest":${text(it.digest)}` +
    after('kept', it.kept, text) +
    after('sealed', it.sealed, flag) +
    after('subject', it.subject, text) +
    after('type', it.type, text) +
    '}'
  )
}

const redactions = listOf((value) => {
  const { path, why } = objectOf<Redaction>(value)
  return `{"path":${text(path)},"why":${text(why)}}`
})

function sandbox(value: unknown): string {
  const { egress, image, profile, tier } = objectOf<RecordedSandbox>(value)
  return loose(
    after('egress', egress, text) +
      after('image', image, text) +
      after('profile', profile, text) +
      after('tier', tier, text),
  )
}

const spends = listOf((value) => {
  const it = objectOf<Spending>(value)
  return `{"amount":${amount(it.amount)},"budget":${name(it.budget)}}`
})

const taints = listOf((value) => {
  const it = objectOf<Taint>(value)
  return `{"label":${name(it.label)},"receipt":${text(it.receipt)}}`
})
