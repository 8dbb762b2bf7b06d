import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  pendingRequest,
  REQUESTED_AT,
  SUPERVISOR,
  TTL_MS,
  TWO_SUPERVISORS,
  voter,
} from '../../../test/support/sample-approvals.ts'
import type { ErrorCode } from '../errors.ts'
import { type ApprovalEvent, type ApprovalStep, advance, nextDue, standing } from './advance.ts'
import {
  type ApprovalRequest,
  type ApprovalState,
  allApprovers,
  approversOf,
  progressOf,
  type Voter,
} from './approval-request.ts'

const MINUTE = 60_000
const LATE = TTL_MS / MINUTE

/** What happens, at which minute, under which policies. */
type Happening = readonly [event: ApprovalEvent, minute: number, version?: string]

const approve = (by: Voter, minute = 1): Happening => [
  { kind: 'vote', voter: by, verdict: 'approve' },
  minute,
]
const deny = (by: Voter, minute = 1): Happening => [
  { kind: 'vote', voter: by, verdict: 'deny' },
  minute,
]
const use = (minute = 2, binding = pendingRequest().binding): Happening => [
  { kind: 'consume', binding },
  minute,
]
const tick = (minute: number, version?: string): Happening =>
  version === undefined ? [{ kind: 'tick' }, minute] : [{ kind: 'tick' }, minute, version]

const ada = voter('ada')
const bob = voter('bob')
const dora = voter('dora', { roles: ['director'] })
const clerk = voter('clerk', { roles: ['sales'] })
const owner = voter('owner', { agents: ['sales'] })

interface Story {
  readonly name: string
  readonly request?: ApprovalRequest
  readonly happenings: readonly Happening[]
  readonly state: ApprovalState
  readonly steps: readonly ApprovalStep[]
  readonly refused?: ErrorCode
}

const two = pendingRequest([TWO_SUPERVISORS])
const legal = { ...SUPERVISOR, name: 'legal', approver: { by: 'team', name: 'legal' } } as const
const lara = voter('lara', { roles: [], team: 'legal' })
const other = { ...pendingRequest().binding, action: 'hmac-sha256:cc' }

const STORIES: readonly Story[] = [
  {
    name: 'one approver is enough for a quorum of one',
    happenings: [approve(ada)],
    state: 'granted',
    steps: ['approved', 'granted'],
  },
  {
    name: 'a quorum of two takes two',
    request: two,
    happenings: [approve(ada)],
    state: 'pending',
    steps: ['approved'],
  },
  {
    name: 'two different approvers make a quorum',
    request: two,
    happenings: [approve(ada), approve(bob)],
    state: 'granted',
    steps: ['approved', 'approved', 'granted'],
  },
  {
    name: 'one approver twice is one',
    request: two,
    happenings: [approve(ada), approve(ada)],
    state: 'pending',
    steps: ['approved'],
    refused: 'APPROVAL_VOTED',
  },
  {
    name: 'a stranger has no vote',
    happenings: [approve(clerk)],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_FORBIDDEN',
  },
  {
    name: 'a stranger cannot deny either',
    happenings: [deny(clerk)],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_FORBIDDEN',
  },
  {
    name: 'the requester has no vote',
    happenings: [approve(voter('sales'))],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_OWN_REQUEST',
  },
  {
    name: 'nor has whom the requester acts for',
    happenings: [approve(owner)],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_OWN_REQUEST',
  },
  {
    name: 'unless the approval does not mind',
    request: pendingRequest([{ ...SUPERVISOR, notRequester: false }]),
    happenings: [approve(owner)],
    state: 'granted',
    steps: ['approved', 'granted'],
  },
  {
    name: 'one denial is enough',
    request: two,
    happenings: [approve(ada), deny(bob)],
    state: 'denied',
    steps: ['approved', 'denied'],
  },
  {
    name: 'what was granted can be denied until it is used',
    happenings: [approve(ada), deny(ada)],
    state: 'denied',
    steps: ['approved', 'granted', 'denied'],
  },
  {
    name: 'what was denied stays so',
    happenings: [deny(ada), approve(bob)],
    state: 'denied',
    steps: ['denied'],
    refused: 'APPROVAL_DENIED',
  },
  {
    name: 'a vote after expiry comes too late',
    happenings: [approve(ada, LATE)],
    state: 'expired',
    steps: ['expired'],
    refused: 'APPROVAL_EXPIRED',
  },
  {
    name: 'a vote just before expiry does not',
    happenings: [approve(ada, LATE - 0.001)],
    state: 'granted',
    steps: ['approved', 'granted'],
  },
  {
    name: 'a grant is used once',
    happenings: [approve(ada), use(), use()],
    state: 'consumed',
    steps: ['approved', 'granted', 'consumed'],
    refused: 'APPROVAL_CONSUMED',
  },
  {
    name: 'a grant expires',
    happenings: [approve(ada), use(LATE)],
    state: 'expired',
    steps: ['approved', 'granted', 'expired'],
    refused: 'APPROVAL_EXPIRED',
  },
  {
    name: 'nothing is used before it is granted',
    happenings: [use()],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_PENDING',
  },
  {
    name: 'another action cannot use it, nor spoil it',
    happenings: [approve(ada), use(2, other), use()],
    state: 'consumed',
    steps: ['approved', 'granted', 'consumed'],
  },
  {
    name: 'other policies make it void',
    happenings: [approve(ada), tick(2, 'sha256:11'), use()],
    state: 'void',
    steps: ['approved', 'granted', 'void'],
    refused: 'APPROVAL_VOID',
  },
  {
    name: 'a vote under other policies is void',
    happenings: [[{ kind: 'vote', voter: ada, verdict: 'approve' }, 1, 'sha256:11']],
    state: 'void',
    steps: ['void'],
    refused: 'APPROVAL_VOID',
  },
  {
    name: 'it escalates once, when its time has come',
    request: two,
    happenings: [tick(4), tick(5), tick(6)],
    state: 'pending',
    steps: ['escalated'],
  },
  {
    name: 'before that the others have no vote',
    request: two,
    happenings: [approve(dora, 4)],
    state: 'pending',
    steps: [],
    refused: 'APPROVAL_FORBIDDEN',
  },
  {
    name: 'after that they have',
    request: two,
    happenings: [approve(ada, 4), approve(dora, 5)],
    state: 'granted',
    steps: ['approved', 'escalated', 'approved', 'granted'],
  },
  {
    name: 'each of several approvals needs its own quorum',
    request: pendingRequest([SUPERVISOR, legal]),
    happenings: [approve(ada), approve(bob)],
    state: 'pending',
    steps: ['approved', 'approved'],
  },
  {
    name: 'and with all of them it is granted',
    request: pendingRequest([SUPERVISOR, legal]),
    happenings: [approve(ada), approve(lara)],
    state: 'granted',
    steps: ['approved', 'approved', 'granted'],
  },
  {
    name: 'what is granted needs no more votes',
    happenings: [approve(ada), approve(bob)],
    state: 'granted',
    steps: ['approved', 'granted'],
    refused: 'APPROVAL_GRANTED',
  },
]

for (const { name, request = pendingRequest(), happenings, state, steps, refused } of STORIES) {
  test(name, () => {
    let current = request
    const taken: ApprovalStep[] = []
    let last: ErrorCode | undefined
    for (const [event, minute, version = 'sha256:00'] of happenings) {
      const now = REQUESTED_AT + minute * MINUTE
      const next = advance(current, event, { now, version })
      current = next.request
      taken.push(...next.steps)
      last = next.refused
    }
    assert.deepEqual([current.state, taken, last], [state, steps, refused])
  })
}

test('two votes of one approver are one, whoever wrote them down', () => {
  const vote = { approver: 'ada', verdict: 'approve', at: 1, approvals: ['a'] } as const
  const denial = { ...vote, approver: 'bob', verdict: 'deny' } as const
  assert.deepEqual(approversOf({ votes: [vote, vote, denial] }, 'a'), ['ada'])
  assert.deepEqual(allApprovers({ votes: [vote, vote, denial] }), ['ada'])
})

test('progress counts consents up to each quorum', () => {
  const request = pendingRequest([TWO_SUPERVISORS, legal])
  assert.deepEqual(progressOf(request), { given: 0, needed: 3 })
  const at = { now: REQUESTED_AT, version: 'sha256:00' }
  const { request: voted } = advance(request, { kind: 'vote', voter: ada, verdict: 'approve' }, at)
  assert.deepEqual(progressOf(voted), { given: 1, needed: 3 })
})

test('an equal action joins what is open, and a denial stands until the expiry', () => {
  const at = (minute: number) => ({ now: REQUESTED_AT + minute * MINUTE })
  const denied = { ...pendingRequest(), state: 'denied' } as const
  assert.equal(standing(pendingRequest(), at(1)), 'open')
  assert.equal(standing(pendingRequest(), at(LATE)), 'none')
  assert.equal(standing(denied, at(1)), 'denied')
  assert.equal(standing(denied, at(LATE)), 'none')
  for (const state of ['expired', 'consumed', 'void'] as const)
    assert.equal(standing({ ...pendingRequest(), state }, at(1)), 'none')
})

test('the next moment that matters is the escalation, then the expiry, then none', () => {
  assert.equal(nextDue(two), REQUESTED_AT + 5 * MINUTE)
  assert.equal(nextDue({ ...two, escalated: [TWO_SUPERVISORS.name] }), REQUESTED_AT + TTL_MS)
  assert.equal(nextDue({ ...two, state: 'granted' }), REQUESTED_AT + TTL_MS)
  assert.equal(nextDue({ ...two, state: 'consumed' }), Number.POSITIVE_INFINITY)
})
