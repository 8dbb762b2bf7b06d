import assert from 'node:assert/strict'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { FRAME_KINDS } from './frame.ts'
import { type OpenLedger, openLedger } from './open-ledger.ts'
import { scrubLedger } from './scrub.ts'
import { listSegments, type Position, readFrames, segmentFile } from './segment-files.ts'

async function running(t: TestContext) {
  const directory = join(await scratch(t), 'ledger')
  const log = eventLog()
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log, segmentBytes: 24 * 1024 })
  const scrubbing = () => {
    const scrub = scrubLedger({
      ...{
        directory,
        ledger,
        log,
        keys: () => [{ vkey: SAMPLE_VKEY, firstSize: 0 }],
        clock: { now: () => 1 },
      },
      ...{ ids: { next: () => 'alert' }, passIntervalMs: 1, bytesPerSecond: 1e9 },
    })
    t.after(() => scrub.close())
    return scrub
  }
  t.after(() => ledger.close())
  return { directory, log, ledger, scrubbing }
}

async function append(ledger: OpenLedger, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await ledger.append(refusalDraft(`${prefix}-${index}`))
  }
}

/** Where the n-th receipt stands in the files. */
function placeOf(directory: string, nth: number): Position {
  const leaves = [...readFrames(directory)].flatMap((found) => {
    const isLeaf = 'frame' in found && found.frame.log > 0 && found.frame.kind === FRAME_KINDS.leaf
    return isLeaf ? [found.at] : []
  })
  return leaves[nth] ?? assert.fail(`no receipt ${nth}`)
}

function flip(directory: string, { segment, offset }: Position): void {
  const file = openSync(segmentFile(directory, segment), 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, offset)
  writeSync(file, Buffer.of(byte.readUInt8() ^ 4), 0, 1, offset)
  closeSync(file)
}

test('a ledger that is written meanwhile is read again without a complaint', async (t) => {
  const { ledger, scrubbing, log } = await running(t)
  const scrub = scrubbing()
  let passes = 0
  const passing = (async () => {
    for (; passes < 5; passes += 1) assert.deepEqual(await scrub.pass(), [])
  })()
  while (passes < 5) await append(ledger, `at-${passes}`, 5)
  await passing
  assert.ok(!log.events.includes('ledger.damaged'))
})

test('a bit that flips in a finished segment of a running ledger seals it', async (t) => {
  const { directory, ledger, scrubbing, log } = await running(t)
  await append(ledger, 'before', 60)
  assert.ok(listSegments(directory).length > 2)
  const scrub = scrubbing()
  assert.deepEqual(await scrub.pass(), [])
  const at = placeOf(directory, 4)
  assert.equal(at.segment, 0)
  flip(directory, { ...at, offset: at.offset + 60 })
  const problems: unknown[] = []
  while (problems.length === 0) problems.push(...(await scrub.pass()))
  assert.ok(log.events.includes('ledger.damaged'))
  await assert.rejects(ledger.append(refusalDraft('after')), { code: 'LEDGER_UNAVAILABLE' })
  // The alert is the last thing that was signed.
  const last = [...readFrames(directory)].findLast(
    (found) => 'frame' in found && found.frame.log > 0 && found.frame.kind === FRAME_KINDS.leaf,
  )
  assert.ok(last && 'frame' in last)
  assert.match(Buffer.from(last.frame.body).toString(), /"name":"ledger.damaged"/)
})

test('the scrub ends when it is closed, however slow it is', async (t) => {
  const { directory, ledger, log } = await running(t)
  await append(ledger, 'r', 20)
  const ids = { next: () => 'alert' }
  const about = { directory, ledger, log, ids, keys: () => [{ vkey: SAMPLE_VKEY, firstSize: 0 }] }
  const scrub = scrubLedger({ ...about, clock: { now: () => 1 }, bytesPerSecond: 10 })
  await scrub.close()
  assert.ok(!log.events.includes('ledger.damaged'))
})
