import assert from 'node:assert/strict'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import type { Hold, HoldScope } from '../../kernel/privacy/hold.ts'
import { holdEvent } from '../../kernel/privacy/hold-receipts.ts'
import { BY_OPERATOR, eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { Receipt, RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { openHolds } from './open-holds.ts'

const SCOPES: readonly HoldScope[] = [
  { kind: 'tenant' },
  { kind: 'run', run: 'r1: of 7' },
  { kind: 'subject', pseudonym: '0f'.repeat(16) },
  { kind: 'time', from: -1, to: 8.64e15 },
]

/** A ledger in memory, and the file beside it. */
async function place(t: TestContext) {
  const file = join(await scratch(t), 'holds.db')
  const receipts: Receipt[] = []
  const log = eventLog()
  const record = (event: RecordedEvent) => {
    const seq = receipts.length
    const draft = eventDraft(event, { id: `e${seq}`, ts: seq, by: BY_OPERATOR })
    receipts.push({ ...draft, v: 1, log: 'l', seq })
  }
  const past = { size: () => receipts.length, holds: (from: number) => receipts.slice(from) }
  const open = (origin = 'l') => openHolds({ file, tenant: 'acme', origin, past, log })
  /** As an operator adds it: it holds, it is recorded, it is kept. */
  const add = (id: string, scope: HoldScope = { kind: 'tenant' }) => {
    const since = receipts.length
    const hold = { id, tenant: 'acme', scope, reason: `case: ${id}`, by: 'operator', since }
    record(holdEvent('hold.added', hold, hold.reason))
    return hold
  }
  const lift = (id: string) => {
    record(holdEvent('hold.removed', { id, scope: { kind: 'tenant' } }, 'closed'))
  }
  /** What stands once the file is opened, by id. */
  const standing = (origin?: string): readonly Hold[] => {
    const holds = open(origin)
    const { all } = holds
    holds.close()
    return all
  }
  const ids = (origin?: string) => standing(origin).map(({ id }) => id)
  return { file, receipts, log, record, open, add, lift, standing, ids }
}

test('a file that is not there is made from the receipts, as it was', async (t) => {
  const { file, add, lift, standing } = await place(t)
  const holds = SCOPES.map((scope, n) => add(`h${n}`, scope))
  add('gone')
  lift('gone')
  assert.deepEqual(standing(), holds)
  rmSync(file)
  assert.deepEqual(standing(), holds)
})

test('a file that is no file of ours, or was cut, is made anew', async (t) => {
  const { file, add, ids, log } = await place(t)
  add('h1')
  assert.deepEqual(ids(), ['h1'])
  for (const content of ['nothing of ours'.repeat(1_000), '']) {
    writeFileSync(file, content)
    assert.deepEqual(ids(), ['h1'])
  }
  assert.ok(log.events.includes('holds.rebuilt'))
})

test('attack: an older copy of the file is put back: what came since is read again', async (t) => {
  const { file, add, lift, ids } = await place(t)
  add('old')
  assert.deepEqual(ids(), ['old'])
  copyFileSync(file, `${file}.backup`)
  add('new')
  lift('old')
  assert.deepEqual(ids(), ['new'])
  copyFileSync(`${file}.backup`, file)
  assert.deepEqual(ids(), ['new'])
})

test('attack: holds are taken out of the file, with its note of how far it read', async (t) => {
  const { file, add, ids } = await place(t)
  add('h1')
  assert.deepEqual(ids(), ['h1'])
  const db = new DatabaseSync(file)
  db.exec('DELETE FROM hold; DELETE FROM accounted')
  db.close()
  assert.deepEqual(ids(), ['h1'])
})

test('where the ledger is the older one, what either of them knows stands', async (t) => {
  const { receipts, add, lift, ids } = await place(t)
  add('lifted since')
  const before = receipts.length
  lift('lifted since')
  add('added since')
  assert.deepEqual(ids(), ['added since'])
  receipts.length = before
  assert.deepEqual(ids(), ['added since', 'lifted since'])
})

test('a file of another ledger says nothing of this one', async (t) => {
  const { receipts, add, ids } = await place(t)
  add('theirs')
  assert.deepEqual(ids('another'), ['theirs'])
  receipts.length = 0
  add('ours')
  assert.deepEqual(ids('l'), ['ours'])
})

test('a hold of which no receipt says what it covers holds everything', async (t) => {
  const { record, standing, lift, ids } = await place(t)
  record({ name: 'hold.added', detail: 'h1 run r1: case 7' })
  const [hold] = standing()
  assert.deepEqual([hold?.id, hold?.scope, hold?.tenant], ['h1', { kind: 'tenant' }, 'acme'])
  assert.match(hold?.reason ?? '', /case 7/)
  lift('h1')
  assert.deepEqual(ids(), [])
})

test('a file from before it noted how far it read keeps what it has', async (t) => {
  const { file, record, add, standing } = await place(t)
  const hold = add('h1', { kind: 'run', run: 'r1' })
  standing()
  const db = new DatabaseSync(file)
  db.exec('DROP TABLE accounted')
  db.close()
  record({ name: 'hold.added', detail: 'h1 run r1: as it was written then' })
  assert.deepEqual(standing(), [hold])
})

test('a ledger that cannot be read is no ledger without holds', async (t) => {
  const { file, log } = await place(t)
  const past = {
    size: () => 1,
    holds: () => assert.fail('the index is invalid'),
  }
  const open = () => openHolds({ file, tenant: 'acme', origin: 'l', past, log })
  assert.throws(open, /index is invalid/)
  assert.throws(open, /index is invalid/)
})
