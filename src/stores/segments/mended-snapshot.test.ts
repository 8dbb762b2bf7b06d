import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { decisionDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratchForFile } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import { FRAME_KINDS, type FrameKind, frameBytes } from './frame.ts'
import { openLedger } from './open-ledger.ts'
import { framesOfSegment, listSegments, segmentFile } from './segment-files.ts'

const LEAST = 100
const SEGMENT_BYTES = 24 * 1024
const root = scratchForFile()
const whole = join(root, 'whole')

function open(directory: string, log = eventLog()) {
  const signers = { active: SAMPLE_SIGNER }
  return openLedger({ directory, signers, log, inline: {}, segmentBytes: SEGMENT_BYTES })
}

/**
 * Tenants come in every segment, and an action stays open over all borders. The last segment has
 * some receipts too: how many fit before it depends on how often heads were signed on the way.
 */
async function writeWhole(): Promise<{ last: number; count: number }> {
  const ledger = await open(whole)
  await ledger.append(decisionDraft('open', 'long'))
  for (let count = 0; ; count += 1) {
    const last = lastWritten()
    if (count >= LEAST && isTelling(last)) {
      await ledger.close()
      assert.equal(lastWritten(), last)
      return { last, count }
    }
    await ledger.of(`tenant-${count >> 3}`).append(refusalDraft(`r${count}`))
  }
}

function lastWritten(): number {
  return listSegments(whole).findLast((segment) => framesIn(whole, segment).length > 0) ?? 0
}

/** Receipts and a new tenant, and room for what closing signs. */
function isTelling(segment: number): boolean {
  const frames = framesIn(whole, segment)
  const has = (wanted: FrameKind) => frames.some(({ log, kind }) => log > 0 && kind === wanted)
  const declares = frames.some(({ kind }) => kind === FRAME_KINDS.log)
  return has(FRAME_KINDS.leaf) && declares && (frames.at(-1)?.at ?? 0) < SEGMENT_BYTES / 2
}

const { last: LAST, count: COUNT } = await writeWhole()
assert.ok(LAST >= 2)

function framesIn(directory: string, segment: number) {
  return [...framesOfSegment(directory, { segment, offset: 0 })].map((found) => {
    assert.ok('frame' in found)
    const { log, kind, body } = found.frame
    return { at: found.at.offset, log, kind, bytes: frameBytes(body.length) }
  })
}

const SNAPSHOT_BYTES = framesIn(whole, LAST)[0]?.bytes ?? 0

interface Damage {
  readonly segment: number
  readonly at: number
  readonly bytes?: Buffer
}

/** A copy of the ledger with other bytes at some places. */
function damaged(...places: readonly Damage[]): string {
  const directory = mkdtempSync(join(root, 'damaged-'))
  cpSync(whole, directory, { recursive: true })
  for (const { segment, at, bytes } of places) {
    const file = readFileSync(segmentFile(directory, segment))
    const other = bytes ?? Buffer.of((file[at] ?? 0) ^ 0x04)
    other.copy(file, at)
    writeFileSync(segmentFile(directory, segment), file)
  }
  return directory
}

test('wherever the last snapshot is altered, the ledger opens with all that it had', async () => {
  const step = Math.ceil(SNAPSHOT_BYTES / 12)
  const places = Array.from({ length: SNAPSHOT_BYTES }, (_, at) => at)
  for (const at of places.filter((place) => place < 10 || place % step === 0)) {
    const directory = damaged({ segment: LAST, at })
    const log = eventLog()
    const ledger = await open(directory, log)
    await ledger.append(refusalDraft('after'))
    await ledger.close()
    assert.deepEqual(checkLedger(directory).problems, [], `byte ${at}`)
    const receipts = receiptsIn(directory)
    assert.equal(receipts.filter(({ kind }) => kind === 'refusal').length, COUNT + 1)
    const told = receipts.filter(({ event }) => event?.name === 'ledger.damaged')
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['alert'],
    )
    const [kept = ''] = readdirSync(join(directory, 'quarantine'))
    assert.ok(told[0]?.event?.detail.endsWith(`quarantine/${kept}`))
    assert.equal(readFileSync(join(directory, 'quarantine', kept)).length, SNAPSHOT_BYTES)
    assert.ok(log.events.includes('ledger.damaged'))
  }
})

test('a snapshot that was zeroed, or is one of a new ledger, is made again as it was', async () => {
  const first = readFileSync(segmentFile(whole, 0)).subarray(0, framesIn(whole, 0)[0]?.bytes)
  const before = readFileSync(segmentFile(whole, LAST)).subarray(0, SNAPSHOT_BYTES)
  for (const bytes of [Buffer.alloc(SNAPSHOT_BYTES), first]) {
    const directory = damaged({ segment: LAST, at: 0, bytes })
    await (await open(directory)).close()
    const after = readFileSync(segmentFile(directory, LAST)).subarray(0, SNAPSHOT_BYTES)
    assert.ok(after.equals(before))
    assert.deepEqual(checkLedger(directory).problems, [])
  }
})

function leafIn(segment: number): number {
  const leaf = framesIn(whole, segment).find(
    ({ log, kind }) => log > 0 && kind === FRAME_KINDS.leaf,
  )
  assert.ok(leaf)
  return leaf.at
}

/** Where a log is declared as the one of a tenant: a letter of its name. */
function tenantIn(segment: number): number {
  const declared = framesIn(whole, segment).find(({ kind }) => kind === FRAME_KINDS.log)
  assert.ok(declared)
  return declared.at + declared.bytes - 't-0"}'.length
}

const endOf = (segment: number) => framesIn(whole, segment).at(-1)?.at ?? 0

const REFUSED: readonly [what: string, more: Damage][] = [
  ['the snapshot before', { segment: LAST - 1, at: 40 }],
  ['a receipt of the segment before', { segment: LAST - 1, at: leafIn(LAST - 1) + 60 }],
  ['a tenant of the segment before', { segment: LAST - 1, at: tenantIn(LAST - 1) }],
  ['the end of the segment before', { segment: LAST - 1, at: endOf(LAST - 1) + 30 }],
  ['a receipt behind it', { segment: LAST, at: leafIn(LAST) + 60 }],
  ['a tenant behind it', { segment: LAST, at: tenantIn(LAST) }],
  ['the last checkpoint', { segment: LAST, at: endOf(LAST) + 30 }],
]

for (const [what, more] of REFUSED) {
  test(`a damaged snapshot is not made again where ${what} is altered too`, async () => {
    const directory = damaged({ segment: LAST, at: 40 }, more)
    const before = readFileSync(segmentFile(directory, LAST))
    await assert.rejects(open(directory), { code: /LEDGER_(CORRUPT|KEY_MISMATCH)/ })
    assert.ok(readFileSync(segmentFile(directory, LAST)).equals(before), 'nothing was changed')
  })
}
