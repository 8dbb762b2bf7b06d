import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { RECEIPT_VERSION, type Receipt, type ReceiptDraft } from './receipt.ts'
import { timelineOf } from './timeline.ts'

const START = 1_790_000_000_000

function receipts(...drafts: readonly (readonly [atMs: number, draft: ReceiptDraft])[]): Receipt[] {
  return drafts.map(([at, draft], seq) => ({
    ...{ ...draft, ts: START + at },
    ...{ v: RECEIPT_VERSION, log: 'l', seq },
  }))
}

test('an outcome stands with its decision, and what has none is open', () => {
  const all = receipts(
    [0, decisionDraft('d1')],
    [5, decisionDraft('d2')],
    [9, effectDraft('e1', 'd1')],
    [50, refusalDraft('r')],
  )
  const { steps, counts } = timelineOf('run-1', all)
  assert.deepEqual(
    steps.map(({ receipt, outcome, mark, afterMs }) => [receipt.id, outcome?.id, mark, afterMs]),
    [
      ['d1', 'e1', 'plain', 0],
      // The outcome of the one came after the other began.
      ['d2', undefined, 'open', 0],
      ['r', undefined, 'denied', 41],
    ],
  )
  assert.deepEqual(counts, { denied: 1, failed: 0, open: 1, aside: 0, plain: 1 })
})

test('steps are in the order of time, not of writing', () => {
  const all = receipts([9, refusalDraft('late')], [3, refusalDraft('early')])
  const { steps, began, ended } = timelineOf('run-1', all)
  assert.deepEqual(
    steps.map(({ receipt }) => receipt.id),
    ['early', 'late'],
  )
  assert.deepEqual([began, ended], [START + 3, START + 9])
})

test('an effect whose decision is not here stands alone', () => {
  const { steps } = timelineOf('run-1', receipts([0, effectDraft('e', 'elsewhere')]))
  assert.deepEqual([steps.length, steps[0]?.receipt.id], [1, 'e'])
})

test('a denied action is denied, and one that became unknown has failed', () => {
  const denied = { ...decisionDraft('d'), decision: deny(), effect: undefined }
  const { effect: _, ...refused } = denied
  const unknown = { ...effectDraft('e2', 'd2'), effect: { state: 'unknown', of: 'd2' } } as const
  const all = receipts([0, refused as ReceiptDraft], [1, decisionDraft('d2')], [2, unknown])
  assert.deepEqual(
    timelineOf('run-1', all).steps.map(({ mark }) => mark),
    ['denied', 'failed'],
  )
})

function deny(): NonNullable<ReceiptDraft['decision']> {
  const { decision } = decisionDraft('d')
  assert.ok(decision)
  return { ...decision, effect: 'deny', reason: 'explicit_deny' }
}

test('what only happened at the same time is marked so', () => {
  const [own, other] = receipts([0, refusalDraft('r')], [1, refusalDraft('x', 'other')])
  assert.ok(own && other)
  const { steps, runs } = timelineOf('run-1', [own], [other])
  assert.deepEqual(
    steps.map(({ mark }) => mark),
    ['denied', 'aside'],
  )
  assert.deepEqual(runs, ['run-1'])
})

test('a run without receipts is an empty timeline', () => {
  const { steps, began } = timelineOf('run-1', [])
  assert.deepEqual([steps, began], [[], undefined])
})
