import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handClock } from '../../test/support/in-memory-approvals.ts'
import { silentLog } from '../../test/support/silent-log.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { BY_OPERATOR } from '../kernel/receipt/event-draft.ts'
import type { ReceiptDraft } from '../kernel/receipt/receipt.ts'
import { CROSSING_WINDOW_MS, CROSSINGS_RECORDED, CrossingWatch } from './crossing-watch.ts'

function watched(sealed = false) {
  const receipts: ReceiptDraft[] = []
  const time = handClock()
  const ledger = {
    async append(draft: ReceiptDraft) {
      if (sealed) throw new PortcullisError('LEDGER_UNAVAILABLE', 'sealed')
      receipts.push(draft)
      return { id: draft.id, seq: 0 }
    },
  }
  let id = 0
  const ids = { next: () => `r${id++}` }
  const watch = new CrossingWatch({ ledger, ids, clock: time, alarm: time.alarm, log: silentLog })
  return { watch, receipts, time }
}

test('each id of another tenant raises an alert that says who presented it', async () => {
  const { watch, receipts } = watched()
  watch.note('a session', BY_OPERATOR)
  await watch.close()
  const [alert, ...more] = receipts
  assert.deepEqual(more, [])
  assert.deepEqual([alert?.kind, alert?.actor], ['alert', BY_OPERATOR.actor])
  const detail = 'a session of another tenant'
  assert.deepEqual(alert?.event, { name: 'tenant.crossed', detail, count: 1 })
})

test('a flood of them does not fill the ledger, and none goes uncounted', async () => {
  const { watch, receipts, time } = watched()
  for (let n = 0; n < CROSSINGS_RECORDED + 500; n++) watch.note('a session', BY_OPERATOR)
  assert.equal(receipts.length, CROSSINGS_RECORDED)
  time.advance(CROSSING_WINDOW_MS)
  await watch.close()
  assert.equal(receipts.length, CROSSINGS_RECORDED + 1)
  assert.equal(receipts.at(-1)?.event?.count, 500)
})

test('whoever presents one is not told of a ledger that is out', async () => {
  const { watch } = watched(true)
  watch.note('a session', BY_OPERATOR)
  await watch.close()
})
