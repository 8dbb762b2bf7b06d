import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  handClock,
  inMemoryApprovalStore,
  inMemoryDesk,
} from '../../../test/support/in-memory-approvals.ts'
import { SALES } from '../../../test/support/in-memory-ports.ts'
import {
  demanded,
  pendingRequest,
  SUPERVISOR,
  TWO_SUPERVISORS,
  voter,
} from '../../../test/support/sample-approvals.ts'
import type { Approval } from '../../kernel/approvals/approval.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { ApprovalStore, HeldAction, Ledger } from '../ports.ts'
import { type DEFAULT_APPROVAL_LIMITS, REASON_LIMIT } from './desk.ts'

const MINUTE = 60_000

function heldAction(approval: Approval = SUPERVISOR, action = 'hmac-sha256:aa'): HeldAction {
  const { asked, binding } = pendingRequest([approval])
  return {
    identity: SALES,
    channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
    binding: { ...binding, action },
    asked,
    demands: [demanded(approval)],
  }
}

interface Setting {
  readonly store?: ApprovalStore
  readonly limits?: Partial<typeof DEFAULT_APPROVAL_LIMITS>
}

function setUp({ store = inMemoryApprovalStore(), limits = {} }: Setting = {}) {
  const receipts: ReceiptDraft[] = []
  const full = { now: false, version: 'sha256:00' }
  const ledger: Ledger = {
    async append(draft) {
      if (full.now) throw new PortcullisError('LEDGER_UNAVAILABLE', 'disk full')
      receipts.push(draft)
      return { id: draft.id, seq: receipts.length - 1 }
    },
  }
  let ids = 0
  const time = handClock()
  const desk = inMemoryDesk({
    ...{ ledger, store, time, limits },
    ids: { next: () => `i${ids++}` },
    policyVersion: () => full.version,
  })
  const events = () => receipts.map(({ event }) => event?.name)
  return { desk, receipts, events, time, full, store }
}

const ballot = (id: string, verdict: 'approve' | 'deny' = 'approve') => ({
  voter: voter(id),
  verdict,
})

test('an equal action joins the request that is there; another one does not', async () => {
  const { desk, events } = setUp()
  const first = await desk.hold(heldAction())
  const again = await desk.hold(heldAction())
  const other = await desk.hold(heldAction(SUPERVISOR, 'hmac-sha256:cc'))
  assert.equal(again.id, first.id)
  assert.notEqual(other.id, first.id)
  assert.deepEqual(events(), ['approval.requested', 'approval.requested'])
})

test('calls that come at the same time make one request', async () => {
  const { desk } = setUp()
  const requests = await Promise.all(Array.from({ length: 20 }, () => desk.hold(heldAction())))
  assert.equal(new Set(requests.map(({ id }) => id)).size, 1)
})

test('votes that come at the same time are counted one after another', async () => {
  const { desk, events } = setUp()
  const { id } = await desk.hold(heldAction(TWO_SUPERVISORS))
  const votes = ['ada', 'bob', 'ada', 'cleo'].map((name) => desk.vote(id, ballot(name)))
  const settled = await Promise.allSettled(votes)
  assert.deepEqual(
    settled.map((vote) => (vote.status === 'fulfilled' ? vote.value.state : vote.reason.code)),
    ['pending', 'granted', 'APPROVAL_GRANTED', 'APPROVAL_GRANTED'],
  )
  assert.equal(events().filter((event) => event === 'approval.granted').length, 1)
})

test('uses that come at the same time spend a grant once', async () => {
  const { desk } = setUp()
  const { id, binding } = await desk.hold(heldAction())
  await desk.vote(id, ballot('ada'))
  const use = { identity: SALES, channel: heldAction().channel, binding }
  const settled = await Promise.allSettled(Array.from({ length: 5 }, () => desk.consume(id, use)))
  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const use of settled.slice(1))
    assert.equal(use.status === 'rejected' && use.reason.code, 'APPROVAL_CONSUMED')
})

test('who waits hears of each vote and is let go by the last', async () => {
  const { desk } = setUp()
  const { id } = await desk.hold(heldAction(TWO_SUPERVISORS))
  const heard: string[] = []
  const settled = desk.settled(id, { onProgress: (it) => heard.push(`${it.given}/${it.needed}`) })
  await desk.vote(id, ballot('ada'))
  await desk.vote(id, ballot('bob'))
  assert.equal((await settled).state, 'granted')
  assert.deepEqual(heard, ['0/2', '1/2'])
})

test('one who listens badly spoils no vote', async () => {
  const { desk } = setUp()
  const { id } = await desk.hold(heldAction(TWO_SUPERVISORS))
  void desk.settled(id, {
    onProgress() {
      throw new Error('boom')
    },
  })
  assert.equal((await desk.vote(id, ballot('ada'))).votes.length, 1)
})

test('the wait has an end, and the request outlasts it', async () => {
  const { desk, time } = setUp({ limits: { waitMs: MINUTE } })
  const { id } = await desk.hold(heldAction())
  const settled = desk.settled(id, {})
  time.advance(MINUTE)
  assert.equal((await settled).state, 'pending')
  assert.equal((await desk.vote(id, ballot('ada'))).state, 'granted')
})

test('in time it escalates and expires by itself, with receipts by the runtime', async () => {
  const { desk, time, events, receipts } = setUp()
  const { id } = await desk.hold(heldAction(TWO_SUPERVISORS))
  time.advance(5 * MINUTE)
  await desk.close().then(() => undefined)
  assert.deepEqual(events(), ['approval.requested', 'approval.escalated'])
  assert.deepEqual(receipts[1]?.actor, [{ kind: 'service', id: 'portcullis', via: 'runtime' }])
  assert.match(receipts[1]?.event?.detail ?? '', /to role director/)
  assert.deepEqual(desk.get(id).escalated, [TWO_SUPERVISORS.name])
})

test('who waits is let go by the expiry', async () => {
  const { desk, time, events } = setUp({ limits: { waitMs: 60 * MINUTE } })
  const { id } = await desk.hold(heldAction())
  const settled = desk.settled(id, {})
  time.advance(SUPERVISOR.ttlMs)
  assert.equal((await settled).state, 'expired')
  await desk.close()
  assert.deepEqual(events(), ['approval.requested', 'approval.expired'])
})

test('new policies make void what was asked under the old ones', async () => {
  const { desk, full, events } = setUp()
  const { id } = await desk.hold(heldAction())
  await desk.vote(id, ballot('ada'))
  const settled = desk.settled(id, {})
  full.version = 'sha256:11'
  await desk.tick()
  assert.equal((await settled).state, 'granted')
  assert.equal(desk.get(id).state, 'void')
  assert.equal(events().at(-1), 'approval.void')
  await assert.rejects(desk.vote(id, ballot('bob')), { code: 'APPROVAL_VOID' })
})

test('what was decided under policies that are gone is not held', async () => {
  const { desk, full, receipts } = setUp()
  full.version = 'sha256:11'
  await assert.rejects(desk.hold(heldAction()), { code: 'APPROVAL_VOID' })
  assert.deepEqual([desk.open(), receipts], [[], []])
})

test('there is room for so many requests of one agent, and of all', async () => {
  const own = setUp({ limits: { pendingPerAgent: 2 } })
  for (const action of ['a', 'b']) await own.desk.hold(heldAction(SUPERVISOR, action))
  await assert.rejects(own.desk.hold(heldAction(SUPERVISOR, 'c')), { code: 'APPROVAL_LIMIT' })
  await own.desk.hold(heldAction(SUPERVISOR, 'a'))
  own.time.advance(SUPERVISOR.ttlMs)
  await own.desk.tick()
  await own.desk.hold(heldAction(SUPERVISOR, 'c'))

  const all = setUp({ limits: { pending: 1 } })
  await all.desk.hold(heldAction())
  const other = heldAction(SUPERVISOR, 'b')
  const research = { ...other, binding: { ...other.binding, agent: 'research' } }
  await assert.rejects(all.desk.hold(research), { code: 'APPROVAL_LIMIT' })
})

test('a reason is kept and receipted up to a bound', async () => {
  const { desk, receipts } = setUp()
  const { id } = await desk.hold(heldAction())
  const reason = 'x'.repeat(REASON_LIMIT)
  await assert.rejects(desk.vote(id, { ...ballot('ada'), reason: `${reason}x` }), {
    code: 'REQUEST_INVALID',
  })
  await desk.vote(id, { ...ballot('ada'), reason })
  assert.equal(desk.get(id).votes[0]?.reason, reason)
  assert.match(receipts[1]?.event?.detail ?? '', /^1 of 1: x+…$/)
})

test('consent that cannot be receipted is none', async () => {
  const { desk, full } = setUp()
  const { id } = await desk.hold(heldAction())
  full.now = true
  await assert.rejects(desk.vote(id, ballot('ada')), { code: 'LEDGER_UNAVAILABLE' })
  assert.deepEqual([desk.get(id).state, desk.get(id).votes], ['pending', []])
  full.now = false
  assert.equal((await desk.vote(id, ballot('ada'))).state, 'granted')
})

test('a denial, and a use, stand though they cannot be receipted', async () => {
  const { desk, full } = setUp()
  const { id } = await desk.hold(heldAction())
  const other = await desk.hold(heldAction(SUPERVISOR, 'hmac-sha256:cc'))
  await desk.vote(other.id, ballot('ada'))
  full.now = true
  await assert.rejects(desk.vote(id, ballot('ada', 'deny')), { code: 'LEDGER_UNAVAILABLE' })
  assert.equal(desk.get(id).state, 'denied')
  const { binding } = other
  const use = { identity: SALES, channel: heldAction().channel, binding }
  await assert.rejects(desk.consume(other.id, use), { code: 'LEDGER_UNAVAILABLE' })
  assert.equal(desk.get(other.id).state, 'consumed')
})

test('a request that cannot be kept is not waited for', async () => {
  const store = inMemoryApprovalStore()
  const out = () => {
    throw new PortcullisError('APPROVAL_UNAVAILABLE', 'disk full')
  }
  const { desk } = setUp({ store: { ...store, add: out } })
  await assert.rejects(desk.hold(heldAction()), { code: 'APPROVAL_UNAVAILABLE' })
  assert.deepEqual(desk.open(), [])
})

test('a vote on what somebody else changed meanwhile is refused', async () => {
  const store = inMemoryApprovalStore()
  const { desk } = setUp({ store: { ...store, replace: () => false } })
  const { id } = await desk.hold(heldAction())
  await assert.rejects(desk.vote(id, ballot('ada')), { code: 'APPROVAL_UNAVAILABLE' })
  assert.equal(desk.get(id).state, 'pending')
})

test('a desk that is opened again over the same store goes on where it was', async () => {
  const store = inMemoryApprovalStore()
  const first = setUp({ store })
  const { id } = await first.desk.hold(heldAction())
  await first.desk.close()
  await assert.rejects(first.desk.hold(heldAction()), { code: 'APPROVAL_UNAVAILABLE' })
  const second = setUp({ store })
  assert.deepEqual(
    second.desk.open().map((request) => request.id),
    [id],
  )
  assert.equal((await second.desk.hold(heldAction())).id, id)
})
