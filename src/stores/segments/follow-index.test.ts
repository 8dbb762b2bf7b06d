import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import { writeSampleSegments } from '../../../test/support/written-segments.ts'
import type { Log } from '../../pipeline/ports.ts'
import { IndexFollower } from './follow-index.ts'
import { indexFile, openIndexToRead } from './index-database.ts'
import { rebuildIndex } from './index-ledger.ts'
import { IndexedRuns } from './indexed-runs.ts'
import { openLedger } from './open-ledger.ts'
import { readLedger } from './read-ledger.ts'
import { ScannedRuns } from './scanned-runs.ts'

async function running(t: TestContext, directory: string, log: Log = silentLog) {
  const follower = new IndexFollower({ directory, log })
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log, runs: follower.runs })
  follower.follow(ledger.checkpoint())
  ledger.onHead((note) => follower.follow(note))
  const close = async () => {
    await ledger.close()
    await follower.close()
  }
  t.after(close)
  const append = (first: number, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, at) =>
        ledger.append(refusalDraft(`r${first + at}`, `run-${(first + at) % 50}`)),
      ),
    )
  return { follower, ledger, append, close }
}

/** Receipts of the default tenant that the index has, without a look at the segments. */
function indexed(directory: string): number {
  const db = openIndexToRead(directory)
  const row = db?.prepare('SELECT count(*) AS leaves FROM leaf WHERE log = 1').get()
  db?.close()
  return Number(row?.leaves)
}

function assertRuns(directory: string, follower: IndexFollower): void {
  const scanned = new ScannedRuns(directory)
  for (let run = 0; run < 50; run += 1) {
    const expected = scanned.lastOfRun(1, `run-${run}`)
    assert.equal(follower.runs.lastOfRun(1, `run-${run}`), expected, `run-${run}`)
  }
}

test('the index follows a ledger while it is written', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const { follower, append } = await running(t, directory)
  for (let round = 1; round <= 5; round += 1) {
    await append(1_000 * round, 1_000)
    await follower.caughtUp()
    assert.equal(indexed(directory), 1_000 * round)
    assertRuns(directory, follower)
  }
})

test('runs go on after a restart, from the index and from what it did not have', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const first = await running(t, directory)
  await first.append(0, 30)
  await first.follower.caughtUp()
  await first.append(30, 30)
  await first.close()
  const second = await running(t, directory)
  await second.append(60, 50)
  assertRuns(directory, second.follower)
  const log = readLedger(directory).of()
  for (let seq = 50; seq < 110; seq += 1) assert.ok(log.receipt(seq).prev !== undefined, `${seq}`)
})

test('the last receipt of a run is known though the index does not have it yet', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const drafts = Array.from({ length: 60 }, (_, at) => refusalDraft(`r${at}`, `run-${at % 50}`))
  await writeSampleSegments(directory, drafts, { atOnce: 7 })
  rebuildIndex(directory)
  const more = drafts.slice(0, 25).map((draft) => ({ ...draft, id: `more ${draft.id}` }))
  await writeSampleSegments(directory, more, { atOnce: 7 })
  const runs = new IndexedRuns(directory)
  t.after(() => runs.close())
  const scanned = new ScannedRuns(directory)
  for (let run = 0; run < 50; run += 1) {
    assert.equal(runs.lastOfRun(1, `run-${run}`), scanned.lastOfRun(1, `run-${run}`), `run-${run}`)
  }
})

test('an index that is made anew beside it is followed from then on', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const { follower, append } = await running(t, directory)
  await append(0, 100)
  await follower.caughtUp()
  rebuildIndex(directory)
  await append(100, 100)
  await follower.caughtUp()
  assert.equal(indexed(directory), 200)
  assertRuns(directory, follower)
})

test('a damaged index is made anew, and the log says so', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const first = await running(t, directory)
  await first.append(0, 100)
  await first.close()
  writeFileSync(indexFile(directory), Buffer.alloc(10_000, 7))
  const log = eventLog()
  const { follower, append } = await running(t, directory, log)
  await append(100, 10)
  await follower.caughtUp()
  assert.equal(indexed(directory), 110)
  assert.deepEqual(log.events, ['ledger.index_rebuilt'])
  assertRuns(directory, follower)
})
