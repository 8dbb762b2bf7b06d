import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import {
  anyReceipt,
  decisionDraft,
  effectDraft,
  refusalDraft,
  sampleEvent,
} from '../../test/support/sample-receipts.ts'
import type { ReceiptKind } from '../kernel/receipt/events.ts'
import type { Receipt, ReceiptDraft } from '../kernel/receipt/receipt.ts'
import { decisionEvent, WatchEvent } from './watch-event.ts'

function placed(draft: ReceiptDraft): Receipt {
  return { ...draft, v: 1, log: 'example.com/log', seq: 7 }
}

test('a decision shows who, what, and the rule that settled it', () => {
  assert.deepEqual(decisionEvent(placed(decisionDraft('r1'))), {
    time: '2026-09-21T14:13:20.000Z',
    agent: 'sales',
    operation: 'slack.post_message',
    resource: 'slack.post_message',
    decision: 'allow_with_conditions',
    state: 'dispatched',
    policy: 'sales',
    file: 'policies/sales.policy',
    line: 3,
    column: 3,
    text: '  allow tool.call on "slack.*"',
    ms: 0.125,
    receipt: 'r1',
    seq: 7,
  })
})

test('an outcome shows its state and no decision of its own', () => {
  assert.deepEqual(decisionEvent(placed(effectDraft('r2', 'r1'))), {
    time: '2026-09-21T14:13:20.007Z',
    agent: 'sales',
    operation: 'slack.post_message',
    resource: 'slack.post_message',
    state: 'confirmed',
    ms: 6.5,
    receipt: 'r2',
    seq: 7,
  })
})

test('what was permitted and then refused shows the code, and no rule that permitted it', () => {
  const { effect: _, ...draft } = decisionDraft('r4')
  const event = decisionEvent(placed({ ...draft, code: 'RATE_LIMITED' }))
  assert.deepEqual(
    [event?.decision, event?.code, event?.file],
    ['refused', 'RATE_LIMITED', undefined],
  )
})

test('a refusal of nobody shows its code', () => {
  assert.deepEqual(decisionEvent(placed(refusalDraft('r3'))), {
    time: '2026-09-21T14:13:20.000Z',
    agent: '',
    operation: '',
    resource: '',
    decision: 'refused',
    code: 'IDENTITY_MISSING',
    receipt: 'r3',
    seq: 7,
  })
})

test('a default deny has no rule to show', () => {
  const { effect: _effect, ...draft } = decisionDraft('r4')
  const decision = { ...draft.decision, effect: 'deny', reason: 'default_deny', rules: [] } as const
  const denied = placed({ ...draft, code: 'POLICY_DENIED', decision } as ReceiptDraft)
  const event = decisionEvent(denied)
  assert.deepEqual(
    [event?.decision, event?.code, event?.file],
    ['deny', 'POLICY_DENIED', undefined],
  )
})

test('what policies in observe mode would have decided is told apart', () => {
  const draft = decisionDraft('r6')
  const rules = draft.decision?.rules ?? []
  const observed = { effect: 'deny', reason: 'explicit_deny', rules } as const
  const decision = { ...(draft.decision ?? assert.fail()), observed }
  const event = decisionEvent(placed({ ...draft, decision }))
  assert.equal(event?.decision, 'allow_with_conditions')
  const place = { file: 'policies/sales.policy', line: 3, column: 3 }
  assert.deepEqual(event?.observed, { decision: 'deny', ...place })
  assert.ok(Value.Check(WatchEvent, event))
})

test('what the runtime records about itself is not shown, but for alerts', () => {
  const started = sampleEvent('r5', { name: 'runtime.started', detail: 'v' })
  assert.equal(decisionEvent(placed(started)), undefined)
  const alert = sampleEvent('r6', { name: 'refusals.repeated', detail: '20 of mcp ::1', count: 20 })
  const shown = decisionEvent(placed(alert))
  assert.deepEqual([shown?.event, shown?.detail], ['refusals.repeated', '20 of mcp ::1'])
})

const WATCHED = new Set<ReceiptKind>(['decision', 'effect', 'refusal', 'alert'])

test('every receipt gives an event of the published shape, or none', () => {
  fc.assert(
    fc.property(anyReceipt, (receipt) => {
      const event = decisionEvent(receipt)
      assert.equal(event !== undefined, WATCHED.has(receipt.kind))
      assert.ok(event === undefined || Value.Check(WatchEvent, event))
    }),
  )
})
