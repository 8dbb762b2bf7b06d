import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionDraft } from '../../test/support/sample-receipts.ts'
import { tableOf } from './ledger-text.ts'

test('what was only observed is marked beside what happened', () => {
  const draft = decisionDraft('r1')
  const observed = { effect: 'deny', reason: 'explicit_deny', rules: [] } as const
  const decision = { ...(draft.decision ?? assert.fail()), observed }
  const table = tableOf([{ ...draft, decision, v: 1, log: 'example.com/log', seq: 7 }])
  assert.match(table, /decision +allow_with_conditions \(observed: deny\) +sales/)
})
