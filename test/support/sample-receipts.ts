import fc from 'fast-check'
import { eventDraft } from '../../src/kernel/receipt/event-draft.ts'
import { EVENTS, type EventName, RECEIPT_KINDS } from '../../src/kernel/receipt/events.ts'
import type { Receipt, ReceiptDraft, RecordedEvent } from '../../src/kernel/receipt/receipt.ts'

/** A decision that dispatched an action, as the guard drafts it. */
export function decisionDraft(id: string, run = 'run-1'): ReceiptDraft {
  return {
    id,
    ts: 1_790_000_000_000,
    run,
    kind: 'decision',
    actor: [{ kind: 'agent', id: 'sales', via: 'bearer-jwt' }],
    channel: { door: 'mcp', peer: '127.0.0.1:40000' },
    action: {
      operation: 'slack.post_message',
      resource: { type: 'tool', id: 'slack.post_message' },
    },
    decision: {
      effect: 'allow_with_conditions',
      reason: 'allowed',
      version: `sha256:${'ab'.repeat(32)}`,
      rules: [
        {
          policy: 'sales',
          rule: 'allow',
          file: 'policies/sales.policy',
          line: 3,
          column: 3,
          text: '  allow tool.call on "slack.*"',
        },
      ],
      obligations: ['redact policies/sales.policy:5'],
      errors: [],
    },
    in: { digest: `hmac-sha256:${'cd'.repeat(32)}`, bytes: 52 },
    effect: { state: 'dispatched' },
    cost: { ms: 0.125 },
  }
}

/** The outcome of a dispatched action. */
export function effectDraft(id: string, of: string, run = 'run-1'): ReceiptDraft {
  const { ts, actor, channel, action } = decisionDraft(of, run)
  return {
    id,
    ts: ts + 7,
    run,
    kind: 'effect',
    actor,
    channel,
    ...(action && { action }),
    effect: { state: 'confirmed', of },
    out: { digest: `hmac-sha256:${'ef'.repeat(32)}`, bytes: 240 },
    redactions: [{ path: 'result.content.0.text', why: 'email' }],
    cost: { ms: 6.5 },
  }
}

/** A request that never became an action: a receipt that leaves nothing open. */
export function refusalDraft(id: string, run = 'run-1'): ReceiptDraft {
  return {
    id,
    ts: 1_790_000_000_000,
    run,
    kind: 'refusal',
    actor: [],
    channel: { door: 'mcp', peer: '127.0.0.1:40001' },
    code: 'IDENTITY_MISSING',
  }
}

/** An event of the runtime, as whoever records one drafts it. */
export function sampleEvent(id: string, event: RecordedEvent): ReceiptDraft {
  return eventDraft(event, { id, ts: 1_790_000_000_000 })
}

const text = fc.string({ unit: 'grapheme' })
const count = fc.nat()
const amount = fc.double({ noNaN: true, noDefaultInfinity: true })
const some = <T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }, requiredKeys: (keyof T)[]) =>
  fc.record(members, { requiredKeys })
const payload = some(
  { digest: text, bytes: count, subject: text, sealed: fc.boolean(), type: text },
  ['digest', 'bytes'],
)
const rule = fc.record({
  policy: text,
  rule: fc.constantFrom('allow', 'deny', 'require'),
  file: text,
  line: count,
  column: count,
  text,
})

const settled = {
  effect: fc.constantFrom('allow', 'allow_with_conditions', 'deny'),
  reason: fc.constantFrom('allowed', 'default_deny'),
  rules: fc.array(rule, { maxLength: 2 }),
} as const

const link = some(
  {
    kind: fc.constantFrom('human', 'agent', 'service'),
    id: text,
    via: fc.constantFrom('bearer-jwt', 'runtime'),
    version: text,
    digest: text,
    session: text,
  },
  ['kind', 'id', 'via'],
)
const action = some(
  {
    operation: text,
    resource: fc.record({ type: fc.constantFrom('tool', 'memory'), id: text }),
    server: text,
    schema: text,
    risk: text,
  },
  ['operation', 'resource'],
)
const event = some(
  {
    name: fc.constantFrom(...(Object.keys(EVENTS) as EventName[])),
    detail: text,
    digest: text,
    count,
    since: amount,
    codes: fc.array(fc.record({ code: text, count }), { maxLength: 2 }),
  },
  ['name', 'detail'],
)

/** Any receipt that the types allow, every optional member present or absent. */
export const anyReceipt: fc.Arbitrary<Receipt> = fc.record(
  {
    v: fc.constant(1 as const),
    log: text,
    seq: count,
    prev: text,
    id: text,
    ts: count,
    run: text,
    kind: fc.constantFrom(...RECEIPT_KINDS),
    actor: fc.array(link, { maxLength: 3 }),
    channel: fc.record({ door: text, peer: text }),
    action,
    decision: fc.record(
      {
        ...settled,
        version: text,
        obligations: fc.array(text, { maxLength: 2 }),
        errors: fc.array(text, { maxLength: 2 }),
        audits: fc.array(text, { maxLength: 2 }),
        observed: fc.record(settled),
      },
      { requiredKeys: ['effect', 'reason', 'rules', 'version', 'obligations', 'errors'] },
    ),
    code: fc.constantFrom('POLICY_DENIED', 'UPSTREAM_TIMEOUT'),
    in: payload,
    out: payload,
    redactions: fc.array(fc.record({ path: text, why: text }), { maxLength: 2 }),
    effect: fc.record(
      { state: fc.constantFrom('held', 'dispatched', 'confirmed', 'failed', 'unknown'), of: text },
      { requiredKeys: ['state'] },
    ),
    cost: some({ ms: amount, micros: count, tokens: fc.record({ in: count, out: count }) }, []),
    event,
    clock: fc.record({ back_ms: amount }),
    sandbox: some({ tier: text, image: text, profile: text, egress: text }, []),
    spend: fc.array(fc.record({ budget: text, amount }), { maxLength: 2 }),
    labels: fc.array(text, { maxLength: 2 }),
    taints: fc.array(fc.record({ label: text, receipt: text }), { maxLength: 2 }),
    sanitised: fc.array(fc.record({ path: text, why: text }), { maxLength: 2 }),
    detail: fc.record(
      {
        considered: fc.array(text, { maxLength: 2 }),
        paths: fc.array(text, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    approval: fc.record({
      request: text,
      binding: text,
      names: fc.array(text, { maxLength: 2 }),
      by: fc.array(text, { maxLength: 2 }),
      expires: amount,
    }),
  },
  { requiredKeys: ['v', 'log', 'seq', 'id', 'ts', 'run', 'kind', 'actor', 'channel'] },
)
