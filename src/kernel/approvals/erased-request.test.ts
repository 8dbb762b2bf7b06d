import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pendingRequest, REQUESTED_AT, voter } from '../../../test/support/sample-approvals.ts'
import { type ApprovalEvent, advance } from './advance.ts'
import type { ApprovalRequest, ApprovalState } from './approval-request.ts'

const AT = { now: REQUESTED_AT + 1, version: 'sha256:00' }

/** As the store has it once the subject is erased. */
function erased(state: ApprovalState): ApprovalRequest {
  const request = pendingRequest()
  return { ...request, state, asked: { ...request.asked, args: '', erased: true } }
}

const EVENTS: readonly (readonly [state: ApprovalState, event: ApprovalEvent])[] = [
  ['pending', { kind: 'tick' }],
  ['pending', { kind: 'vote', voter: voter('ada'), verdict: 'approve' }],
  ['granted', { kind: 'tick' }],
  ['granted', { kind: 'consume', binding: pendingRequest().binding }],
]

for (const [state, event] of EVENTS) {
  test(`a ${event.kind} makes void what is ${state} about somebody who was erased`, () => {
    const { request, steps, refused } = advance(erased(state), event, AT)
    assert.deepEqual([request.state, steps], ['void', ['void']])
    assert.equal(refused, event.kind === 'tick' ? undefined : 'APPROVAL_VOID')
  })
}

test('what was final when its subject was erased stays as it is', () => {
  for (const state of ['denied', 'expired', 'consumed', 'void'] as const) {
    const { request, steps } = advance(erased(state), { kind: 'tick' }, AT)
    assert.deepEqual([request.state, steps], [state, []])
  }
})
