import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { effectDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { codeOf } from '../../kernel/errors.ts'
import { DISK, type Files } from './files.ts'
import { openLedger } from './open-ledger.ts'
import { segmentFile } from './segment-files.ts'
import { SegmentSpace, SPACE_AHEAD } from './segment-space.ts'

/** A disk on which no file may be longer. */
function upTo(limit: number): Files {
  const write: Files['write'] = (file, bytes, at) =>
    DISK.write(file, bytes.subarray(0, Math.max(0, limit - at)), at)
  const appendZeros: Files['appendZeros'] = (file, bytes) =>
    DISK.appendZeros(file, Math.min(bytes, Math.max(0, limit - DISK.size(file))))
  return { ...DISK, write, appendZeros }
}

/** Fills a ledger to the last byte with receipts that conclude something. */
async function fill(directory: string, files: Files): Promise<readonly string[]> {
  const log = eventLog()
  const about = { directory, signers: { active: SAMPLE_SIGNER }, log, headIntervalMs: 0 }
  const ledger = await openLedger({ ...about, inline: { files } })
  let refused = ''
  for (let n = 0; refused === ''; n += 1) {
    await ledger.append(effectDraft(`e${n}`, `d${n}`)).catch((error) => {
      refused = codeOf(error)
    })
  }
  assert.equal(refused, 'LEDGER_FULL')
  await ledger.close()
  return log.events
}

test('a disk too full to sign a head neither seals a ledger nor keeps it open', async (t) => {
  const folder = await scratch(t)
  for (let limit = 3_000; limit < 6_000; limit += 200) {
    const directory = join(folder, String(limit))
    const events = await fill(directory, { ...upTo(limit), fdatasync: () => undefined })
    assert.ok(!events.includes('ledger.sealed'), `full after ${limit} bytes`)
    assert.deepEqual(checkLedger(directory).problems, [], `full after ${limit} bytes`)
  }
})

/** The disk, on which zeros are written only when they are let go. */
function late(): { files: Files; letGo: () => Promise<void> } {
  const go = Promise.withResolvers<void>()
  const written: Promise<number>[] = []
  const appendZeros: Files['appendZeros'] = (file, bytes) => {
    const zeros = go.promise.then(() => DISK.appendZeros(file, bytes))
    written.push(zeros)
    return zeros
  }
  const letGo = async () => {
    go.resolve()
    await Promise.all(written)
  }
  return { files: { ...DISK, appendZeros }, letGo }
}

test('zeros that come to the disk late wipe out nothing that was written meanwhile', async (t) => {
  const directory = await scratch(t)
  mkdirSync(join(directory, 'segments'))
  const { files, letGo } = late()
  const begin = { segment: 0, offset: 0 }
  const abandoned = new SegmentSpace({ directory, files }, begin)
  assert.ok(abandoned.hasRoomFor(1))
  abandoned.prepare()
  const space = new SegmentSpace({ directory, files }, begin)
  space.prepare()
  // More than stands ready, while more is being made.
  const group = Buffer.alloc(2 * SPACE_AHEAD, 7)
  assert.ok(space.hasRoomFor(group.length))
  space.write([group])
  await letGo()
  await Promise.all([space.close(), abandoned.close()])
  const { length } = group
  assert.ok(readFileSync(segmentFile(directory, 0)).subarray(0, length).equals(group))
})

test('room is made beside the groups, before they need it', async (t) => {
  const directory = await scratch(t)
  mkdirSync(join(directory, 'segments'))
  const space = new SegmentSpace({ directory, files: DISK }, { segment: 0, offset: 0 })
  assert.ok(space.hasRoomFor(1))
  for (let ready = 0; ready < SPACE_AHEAD; ) {
    space.prepare()
    await space.roomFor(2 * SPACE_AHEAD)
    assert.ok(space.ready > ready)
    ready = space.ready
  }
  await space.close()
})
