import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import type { Hold } from '../../kernel/privacy/hold.ts'
import { holdEvent } from '../../kernel/privacy/hold-receipts.ts'
import { eventDraft } from '../../kernel/receipt/event-draft.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { openPayloads } from '../../stores/payloads/open-payloads.ts'
import { openLedger } from '../../stores/segments/open-ledger.ts'
import { ledgerBodies } from './ledger-bodies.ts'
import { Retention } from './retention.ts'

const DAY = 86_400_000
const NOW = 1_790_000_000_000
const SIGNERS = { active: SAMPLE_SIGNER }
const SMALL = { segmentBytes: 64 * 1024, batchBytes: 32 * 1024 }

/** With `recorded`, the receipt that this hold was added is the oldest there is. */
async function place(t: TestContext, recorded?: string) {
  const folder = await scratch(t)
  const directory = join(folder, 'ledger')
  const clock = { now: () => NOW }
  const ledger = await openLedger({ directory, signers: SIGNERS, log: eventLog(), ...SMALL })
  t.after(() => ledger.close())
  const tenantKey = createSecretKey(Buffer.alloc(32, 7))
  const store = openPayloads({
    keys: { file: join(folder, 'data-keys.db'), tenant: 'default', tenantKey },
    ...{ file: join(folder, 'payloads.db'), origin: 'l', clock },
    ...{ maxBytes: 4_096, maxTotalBytes: 1_048_576 },
  })
  t.after(() => store.close())
  const holds: Hold[] = []
  const drafts: ReceiptDraft[] = []
  let broken = false
  let id = 0
  const retention = new Retention({
    ...{ tenant: 'default', store, clock, log: eventLog(), holds: () => holds },
    retention: { payloadsMs: 90 * DAY, receiptsMs: 400 * DAY },
    bodies: ledgerBodies(directory, () => SIGNERS),
    past: { size: () => 0, erasures: () => [], holds: () => [], inRun: () => [] },
    ledger: {
      append(draft) {
        if (broken) return Promise.reject(new Error('the disk is full'))
        drafts.push(draft)
        return ledger.append(draft)
      },
    },
    ids: { next: () => `n${id++}` },
    alarm: { after: () => () => undefined },
  })
  for (const age of [91, 92, 89]) {
    const [receipt, at] = [`p${age}`, NOW - age * DAY]
    const kept = { receipt, run: `run-${age}`, at, path: 'in', payload: { age } } as const
    await store.keep({ ...kept, subject: 'agent:sales' })
  }
  if (recorded !== undefined) {
    const added = holdEvent('hold.added', { id: recorded, scope: { kind: 'tenant' } }, '')
    await ledger.append(eventDraft(added, { id: 'added', ts: NOW - 500 * DAY }))
  }
  for (let n = 0; n < 300; n += 1) {
    const days = n < 200 ? 401 : 399
    await ledger.append({ ...refusalDraft(`r${n}`, `run-${n % 5}`), ts: NOW - days * DAY })
  }
  const kept = () => [91, 92, 89].filter((age) => store.file.get(`p${age}`, 'in') !== undefined)
  const fail = () => {
    broken = true
  }
  const hold = (scope: Hold['scope'], id = 'h') =>
    holds.push({ id, tenant: 'default', scope, reason: '', by: 'operator', since: NOW })
  return { directory, retention, drafts, hold, holds, kept, fail }
}

test('what is too old goes, once, and a receipt says what', async (t) => {
  const { directory, retention, drafts, kept } = await place(t)
  const due = await retention.apply({ dryRun: true })
  assert.deepEqual([due.payloads, due.receipt, kept().length], [2, undefined, 3])
  assert.ok(due.leaves.to > 100 && due.leaves.to <= 200)
  const gone = await retention.apply()
  assert.deepEqual(gone, { ...due, receipt: 'n0' })
  assert.deepEqual(kept(), [89])
  assert.deepEqual(receiptsIn(directory)[0]?.seq, due.leaves.to)
  assert.equal(drafts[0]?.kind, 'erasure')
  assert.deepEqual(drafts[0]?.event?.leaves, due.leaves)
  assert.equal(drafts[0]?.event?.count, 2)
  const again = await retention.apply()
  assert.deepEqual([again.payloads, again.segments, drafts.length], [0, 0, 1])
})

test('nothing goes when its receipt cannot be written', async (t) => {
  const { directory, retention, kept, fail } = await place(t)
  fail()
  await assert.rejects(retention.apply())
  assert.equal(kept().length, 3)
  assert.equal(receiptsIn(directory)[0]?.seq, 0)
})

const HELD: readonly [name: string, scope: Hold['scope'], kept: readonly number[]][] = [
  ['everything', { kind: 'tenant' }, [91, 92, 89]],
  ['a run', { kind: 'run', run: 'run-92' }, [92, 89]],
  ['a time', { kind: 'time', from: NOW - 92 * DAY, to: NOW - 91.5 * DAY }, [92, 89]],
  ['another run', { kind: 'run', run: 'another' }, [89]],
]

for (const [name, scope, rest] of HELD) {
  test(`a hold of ${name} keeps what it covers`, async (t) => {
    const { retention, hold, kept } = await place(t)
    hold(scope)
    const { held } = await retention.apply()
    assert.deepEqual(kept(), rest)
    assert.equal(held, rest.length > 1)
  })
}

test('the receipt of a hold that stands keeps its body, and what comes after', async (t) => {
  const { directory, retention, hold, holds } = await place(t, 'lasting')
  hold({ kind: 'run', run: 'a run that is to come' }, 'lasting')
  const { leaves, held } = await retention.apply()
  assert.deepEqual([leaves, held], [{ from: 0, to: 0 }, true])
  assert.equal(receiptsIn(directory)[0]?.seq, 0)
  holds.length = 0
  assert.ok((await retention.apply()).leaves.to > 0)
})

test('a hold of a run keeps the bodies from its first receipt on', async (t) => {
  const { directory, retention, hold } = await place(t)
  hold({ kind: 'run', run: 'run-4' })
  const { leaves, held } = await retention.apply()
  assert.deepEqual([leaves, held], [{ from: 0, to: 0 }, true])
  assert.equal(receiptsIn(directory)[0]?.seq, 0)
})
