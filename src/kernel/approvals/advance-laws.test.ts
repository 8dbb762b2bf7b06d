import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pendingRequest, REQUESTED_AT, voter } from '../../../test/support/sample-approvals.ts'
import { type ApprovalEvent, advance, type Moment } from './advance.ts'
import type { Approval, Approver } from './approval.ts'
import { type ApprovalRequest, approversOf, isOpen, type Voter } from './approval-request.ts'

const names = fc.constantFrom('ada', 'bob', 'cleo', 'sales')
const approver: fc.Arbitrary<Approver> = fc.record({
  by: fc.constantFrom('role', 'team', 'principal'),
  name: fc.constantFrom('supervisor', 'legal', 'ada'),
})
const approval = (name: string): fc.Arbitrary<Approval> =>
  fc
    .record({
      approver,
      quorum: fc.integer({ min: 1, max: 3 }),
      ttlMs: fc.integer({ min: 10, max: 40 }),
      notRequester: fc.boolean(),
      escalation: fc.option(fc.record({ approver, afterMs: fc.nat({ max: 20 }) }), {
        nil: undefined,
      }),
    })
    .map(({ escalation, ...rest }) => ({
      ...{ name, ...rest },
      ...(escalation === undefined ? {} : { escalation }),
    }))
const anyVoter: fc.Arbitrary<Voter> = fc
  .record({
    id: names,
    roles: fc.subarray(['supervisor', 'sales']),
    agents: fc.subarray(['sales']),
    legal: fc.boolean(),
  })
  .map(({ legal, id, ...rest }) => voter(id, { ...rest, ...(legal ? { team: 'legal' } : {}) }))
const { binding } = pendingRequest()
const anyBinding = fc.record(
  {
    agent: fc.constantFrom('sales', 'research'),
    action: fc.constantFrom(binding.action, 'hmac-sha256:cc'),
    version: fc.constantFrom('sha256:00', 'sha256:11'),
    approvals: fc.constantFrom(['a'], ['a', 'b']),
  },
  { noNullPrototype: true },
)
const event: fc.Arbitrary<ApprovalEvent> = fc.oneof(
  fc.constant({ kind: 'tick' } as const),
  fc.record({
    kind: fc.constant('vote' as const),
    voter: anyVoter,
    verdict: fc.constantFrom('approve', 'approve', 'approve', 'deny'),
  }),
  fc.record({
    kind: fc.constant('consume' as const),
    binding: anyBinding,
  }),
)
const happening = fc.record({
  event,
  afterMs: fc.nat({ max: 6 }),
  version: fc.constantFrom(...Array.from({ length: 9 }, () => 'sha256:00'), 'sha256:11'),
})
const start = fc
  .tuple(approval('a'), fc.option(approval('b'), { nil: undefined }))
  .map(([a, b]) => pendingRequest(b === undefined ? [a] : [a, b]))

/** Every step of a history: the request before it, the event, the moment and the outcome. */
function* history(
  request: ApprovalRequest,
  happenings: readonly { event: ApprovalEvent; afterMs: number; version: string }[],
) {
  let before = request
  let now = REQUESTED_AT
  for (const { event, afterMs, version } of happenings) {
    now += afterMs
    const at: Moment = { now, version }
    const after = advance(before, event, at)
    yield { before, event, at, after: after.request, steps: after.steps, refused: after.refused }
    before = after.request
  }
}

type Turn = ReturnType<typeof history> extends Generator<infer T> ? T : never

function always(law: (turn: Turn) => void): void {
  fc.assert(
    fc.property(start, fc.array(happening, { maxLength: 25 }), (request, happenings) => {
      for (const turn of history(request, happenings)) law(turn)
    }),
    { numRuns: 500 },
  )
}

test('what is denied, expired, consumed or void stays exactly as it is', () => {
  always(({ before, after, steps }) => {
    if (!isOpen(before)) assert.deepEqual([after, steps], [before, []])
  })
})

test('what is granted has a quorum of different, asked approvers for every approval', () => {
  always(({ after }) => {
    if (after.state !== 'granted' && after.state !== 'consumed') return
    for (const { approval } of after.demands) {
      const approvers = approversOf(after, approval.name)
      assert.ok(new Set(approvers).size >= approval.quorum)
      if (approval.notRequester) assert.ok(!approvers.includes('sales'))
    }
  })
})

test('the requester, or one whose agent asks, never counts where the approval says so', () => {
  always(({ before, event, after }) => {
    if (event.kind !== 'vote' || event.verdict !== 'approve') return
    const own = event.voter.id === 'sales' || event.voter.agents.includes('sales')
    const counted = after.votes.slice(before.votes.length).flatMap((vote) => vote.approvals)
    const minded = after.demands.filter(({ approval }) => approval.notRequester)
    if (own) assert.ok(minded.every(({ approval }) => !counted.includes(approval.name)))
  })
})

test('it is consumed only once, when granted, in time, and for the very same binding', () => {
  always(({ before, event, at, after, steps }) => {
    if (!steps.includes('consumed')) return
    assert.equal(before.state, 'granted')
    assert.equal(after.state, 'consumed')
    assert.ok(at.now < before.expiresAt)
    assert.equal(at.version, before.binding.version)
    assert.deepEqual(event.kind === 'consume' && event.binding, before.binding)
  })
})

test('nothing is granted at or after the expiry, nor under other policies', () => {
  always(({ before, at, steps }) => {
    if (!steps.includes('granted')) return
    assert.ok(at.now < before.expiresAt)
    assert.equal(at.version, before.binding.version)
  })
})

test('a refused event leaves no more than time does', () => {
  always(({ before, at, after, steps, refused }) => {
    if (refused === undefined) return
    const aged = advance(before, { kind: 'tick' }, at)
    assert.deepEqual([after, steps], [aged.request, aged.steps])
  })
})

test('the binding, the expiry and what is asked never change', () => {
  always(({ before, after }) => {
    const { binding, asked, expiresAt, demands, requesters } = after
    assert.deepEqual(
      { binding, asked, expiresAt, demands, requesters },
      {
        ...{ binding: before.binding, asked: before.asked, expiresAt: before.expiresAt },
        ...{ demands: before.demands, requesters: before.requesters },
      },
    )
  })
})
