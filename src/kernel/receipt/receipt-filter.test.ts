import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decisionDraft,
  effectDraft,
  refusalDraft,
  sampleEvent,
} from '../../../test/support/sample-receipts.ts'
import { RECEIPT_VERSION, type Receipt, type ReceiptDraft } from './receipt.ts'
import { matches, outcomeOf, type ReceiptFilter } from './receipt-filter.ts'

const placed = (draft: ReceiptDraft): Receipt => ({
  ...draft,
  v: RECEIPT_VERSION,
  log: 'l',
  seq: 0,
})
const DECISION = placed(decisionDraft('d', 'run-7'))

test('an outcome is one word, whatever the kind', () => {
  assert.equal(outcomeOf(DECISION), 'allow_with_conditions')
  assert.equal(outcomeOf(placed(effectDraft('e', 'd'))), 'confirmed')
  assert.equal(outcomeOf(placed(refusalDraft('r'))), 'refused')
  const reset = placed(sampleEvent('b', { name: 'budget.reset', detail: 'llm' }))
  assert.equal(reset.kind, 'admin')
  assert.equal(outcomeOf(reset), 'budget.reset')
})

test('what was permitted under conditions that were not met is refused', () => {
  const { effect: _, ...undone } = DECISION
  assert.equal(outcomeOf({ ...undone, code: 'RATE_LIMITED' }), 'refused')
  const denied = { ...decisionDraft('d').decision, effect: 'deny' } as Receipt['decision'] & object
  assert.equal(outcomeOf({ ...undone, decision: denied, code: 'POLICY_DENIED' }), 'deny')
})

const CASES: [filter: ReceiptFilter, wanted: boolean][] = [
  [{}, true],
  [{ kind: 'decision' }, true],
  [{ kind: 'alert' }, false],
  [{ run: 'run-7' }, true],
  [{ run: 'run-8' }, false],
  [{ agent: 'sales' }, true],
  [{ agent: 'research' }, false],
  [{ operation: 'slack.post_message' }, true],
  [{ operation: 'slack' }, false],
  [{ effect: 'allow_with_conditions' }, true],
  [{ effect: 'allow' }, false],
  [{ approval: 'a1' }, false],
  [{ operation: 'slack.*' }, true],
  [{ operation: 'slack.*.x' }, false],
  [{ resource: 'slack.post_message' }, true],
  [{ decision: 'allow_with_conditions' }, true],
  [{ decision: 'deny' }, false],
  [{ rule: 'sales' }, true],
  [{ rule: 'policies/sales.policy:3' }, true],
  [{ rule: 'policies/sales.policy:4' }, false],
  [{ code: 'POLICY_DENIED' }, false],
  [{ human: 'sales' }, false],
  [{ event: '*' }, false],
  [{ since: 1_790_000_000_000, until: 1_790_000_000_000 }, true],
  [{ since: 1_790_000_000_001 }, false],
  [{ until: 1_789_999_999_999 }, false],
  [{ run: 'run-7', agent: 'sales', effect: 'deny' }, false],
]

for (const [filter, wanted] of CASES) {
  const verb = wanted ? 'matches' : 'does not match'
  test(`a decision of sales ${verb} ${JSON.stringify(filter)}`, () => {
    assert.equal(matches(DECISION, filter), wanted)
  })
}

test('an agent is not found by the name of a service', () => {
  const actor = [{ kind: 'service', id: 'sales', via: 'runtime' }] as const
  assert.equal(matches({ ...DECISION, actor }, { agent: 'sales' }), false)
})
