/** Erasures outlive their receipts, which retention takes out one day. */
import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import { type OpenPayloads, openPayloads } from '../../stores/payloads/open-payloads.ts'
import { openLedger } from '../../stores/segments/open-ledger.ts'
import { Erasures } from './erasures.ts'
import { ledgerBodies } from './ledger-bodies.ts'
import { recordedPast } from './open-privacy.ts'
import { Retention } from './retention.ts'

const DAY = 86_400_000
const SUBJECT = 'data:4711'
const SIGNERS = { active: SAMPLE_SIGNER }

/** A ledger, kept payloads and retention over 400 days, on a clock that is set by hand. */
async function place(t: TestContext) {
  const folder = await scratch(t)
  const directory = join(folder, 'ledger')
  const file = join(folder, 'data-keys.db')
  const clock = { time: 1_790_000_000_000, now: () => clock.time }
  const segmentBytes = 64 * 1024
  const ledger = await openLedger({ directory, signers: SIGNERS, log: eventLog(), segmentBytes })
  t.after(() => ledger.close())
  let [id, store] = [0, undefined as OpenPayloads | undefined]
  const ids = { next: () => `n${id++}` }
  const close = () => store?.close()
  t.after(close)
  const past = recordedPast(directory, DEFAULT_TENANT)
  const open = () => {
    store = openPayloads({
      keys: { file, tenant: 'default', tenantKey: createSecretKey(Buffer.alloc(32, 7)) },
      ...{ file: join(folder, 'payloads.db'), origin: 'l', clock },
      ...{ maxBytes: 4_096, maxTotalBytes: 1_048_576 },
    })
    const own = { tenant: 'default', store, past, ledger, clock, ids, log: eventLog() }
    const bodies = ledgerBodies(directory, () => SIGNERS)
    const retention = new Retention({
      ...{ ...own, bodies, holds: () => [], retention: { receiptsMs: 400 * DAY } },
      alarm: { after: () => () => undefined },
    })
    return { store, retention, erasures: new Erasures({ ...own, holds: () => [] }) }
  }
  const fill = async (days: number) => {
    for (let n = 0; n < 150; n += 1) {
      await ledger.append({ ...refusalDraft(ids.next(), `run-${n % 5}`), ts: clock.time })
    }
    clock.time += days * DAY
  }
  const names = () => receiptsIn(directory).flatMap(({ event }) => event?.name ?? [])
  return { file, open, close, fill, names, first: () => receiptsIn(directory)[0]?.seq ?? 0 }
}

test('attack: keys put back from a copy after the receipt of an erasure went', async (t) => {
  const { file, open, close, fill, names, first } = await place(t)
  const { store } = open()
  const payload = { note: 'secret' }
  await store.keep({ receipt: 'r', run: 'r', at: 0, path: 'in', subject: SUBJECT, payload })
  const pseudonym = store.digest(payload, SUBJECT).subject ?? assert.fail()
  close()
  copyFileSync(file, `${file}.backup`)
  const second = open()
  await second.erasures.erase(SUBJECT, {})
  assert.deepEqual(names(), ['subject.erased'])
  // Twice the time of retention goes by, and each time all that tells of it is old.
  for (const round of [1, 2]) {
    await fill(401)
    await fill(0)
    const { leaves } = await second.retention.apply()
    assert.ok(leaves.to > 1 && first() >= leaves.to, `round ${round}`)
    const told = names().filter((name) => name.startsWith('subject.'))
    assert.deepEqual(told, ['subject.stays_erased'], `round ${round}`)
  }
  close()
  copyFileSync(`${file}.backup`, file)
  const third = open()
  assert.ok(third.store.keys.named(pseudonym), 'the copy has the key')
  await third.erasures.settle()
  assert.equal(third.store.keys.named(pseudonym), undefined)
  assert.equal(names().at(-1), 'subject.erased_again')
})

test('an erasure that a later receipt tells of is not recorded again', async (t) => {
  const { open, fill, names } = await place(t)
  const { store, erasures, retention } = open()
  const payload = { note: 'secret' }
  await store.keep({ receipt: 'r', run: 'r', at: 0, path: 'in', subject: SUBJECT, payload })
  await fill(401)
  await erasures.erase(SUBJECT, {})
  await fill(0)
  await retention.apply()
  assert.deepEqual(names(), ['subject.erased', 'retention.applied'])
})
