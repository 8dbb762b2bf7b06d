import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { receiptsIn } from '../../../test/support/segments.ts'
import { DISK } from './files.ts'
import { FRAME_KINDS, frameBytes } from './frame.ts'
import { openLedger } from './open-ledger.ts'
import { writePublished } from './published.ts'
import { planRepair, repairLedger } from './repair-ledger.ts'
import { readFrames, segmentFile } from './segment-files.ts'

const COUNT = 100
const KEYS = [{ vkey: SAMPLE_VKEY, firstSize: 0 }]

const open = (directory: string) =>
  openLedger({
    ...{ directory, signers: { active: SAMPLE_SIGNER }, log: eventLog(), inline: {} },
    segmentBytes: 24 * 1024,
  })

/** A ledger of three segments and more. */
async function ledgerOf(t: TestContext) {
  const directory = join(await scratch(t), 'ledger')
  const ledger = await open(directory)
  for (let n = 0; n < COUNT; n += 1) await ledger.append(refusalDraft(`r${n}`))
  await ledger.close()
  const { begin, end } = lastGroup(directory)
  const last = end.segment
  assert.ok(last >= 2)
  return {
    directory,
    last,
    begin: begin.offset,
    end: end.offset,
    about: { directory, origin: SAMPLE_ORIGIN, keys: KEYS },
  }
}

/** Where the last group that has a head of its own begins, and where the ledger ends. */
function lastGroup(directory: string) {
  let last = ''
  let [begin, end] = [
    { segment: 0, offset: 0 },
    { segment: 0, offset: 0 },
  ]
  for (const found of readFrames(directory)) {
    assert.ok('frame' in found)
    const { at, frame } = found
    if (frame.kind !== FRAME_KINDS.checkpoint || frame.log !== 0) continue
    const note = Buffer.from(frame.body).toString()
    if (note !== last) begin = end
    last = note
    end = { ...at, offset: at.offset + frameBytes(frame.body.length) }
  }
  return { begin, end }
}

function alter(directory: string, segment: number, change: (bytes: Buffer) => unknown): void {
  const file = segmentFile(directory, segment)
  const bytes = readFileSync(file)
  change(bytes)
  writeFileSync(file, bytes)
}

/** Opens it again; what the receipts of the ledger itself say. */
async function reopened(directory: string): Promise<readonly string[]> {
  const ledger = await open(directory)
  await ledger.append(refusalDraft('after'))
  await ledger.close()
  assert.deepEqual(checkLedger(directory).problems, [])
  return receiptsIn(directory).flatMap(({ event }) => event?.detail ?? [])
}

test('garbage behind the last group is set aside by hand, and a receipt tells of it', async (t) => {
  const { directory, last, end, about } = await ledgerOf(t)
  alter(directory, last, (bytes) => bytes.fill(0xa5, end, end + 700))
  await assert.rejects(open(directory), { code: 'LEDGER_CORRUPT' })
  const before = readFileSync(segmentFile(directory, last))
  const planned = planRepair(about).repair
  assert.ok(planned.kind === 'cut')
  assert.deepEqual([planned.tails.length, planned.tails[0]?.at.offset], [1, end])
  assert.ok(readFileSync(segmentFile(directory, last)).equals(before), 'a plan changes nothing')
  assert.equal(repairLedger(DISK, about).repair.kind, 'cut')
  const [detail] = await reopened(directory)
  assert.match(detail ?? '', /^a damaged end, by `portcullis ledger recover`,/)
  assert.equal(receiptsIn(directory).filter(({ kind }) => kind === 'refusal').length, COUNT + 1)
  const [kept = ''] = readdirSync(join(directory, 'quarantine'))
  assert.equal(readFileSync(join(directory, 'quarantine', kept)).length, 700)
})

test('nothing is cut that a later checkpoint says was acknowledged', async (t) => {
  const { directory, last, begin, about } = await ledgerOf(t)
  const damaged: [segment: number, offset: number][] = [
    [last, begin - 300],
    [1, 5_000],
  ]
  for (const [segment, offset] of damaged) {
    const copy = join(await scratch(t), 'copy')
    cpSync(directory, copy, { recursive: true })
    alter(copy, segment, (bytes) => bytes.fill(0xa5, offset, offset + 40))
    const before = readFileSync(segmentFile(copy, segment))
    assert.equal(repairLedger(DISK, { ...about, directory: copy }).repair.kind, 'none')
    assert.ok(readFileSync(segmentFile(copy, segment)).equals(before))
  }
})

test('nothing is cut back behind a head that somebody remembers', async (t) => {
  const { directory, last, begin, end, about } = await ledgerOf(t)
  const report = checkLedger(directory)
  const { size, root } = report
  const remembered = { origin: SAMPLE_ORIGIN, size, root: Buffer.from(root, 'base64') }
  alter(directory, last, (bytes) => bytes.fill(0xa5, begin, end))
  assert.equal(planRepair(about).repair.kind, 'cut', 'without a memory nobody can tell')
  const later = { ...remembered, size: size + 1 }
  assert.equal(planRepair({ ...about, remembered: later }).repair.kind, 'none')
  writePublished(DISK, directory, report.head ?? '')
  assert.equal(planRepair(about).repair.kind, 'none', 'it was published')
})

test('a damaged or missing segment is taken from a copy that makes the ledger whole', async (t) => {
  const { directory, last, begin, about } = await ledgerOf(t)
  const from = join(await scratch(t), 'backup')
  cpSync(directory, from, { recursive: true })
  const sizes = checkLedger(directory).size
  alter(directory, 1, (bytes) => bytes.fill(0xa5, 5_000, 5_040))
  const { repair } = repairLedger(DISK, { ...about, from })
  assert.ok(repair.kind === 'replace')
  assert.deepEqual(
    repair.segments.map(({ segment }) => segment),
    [1],
  )
  assert.equal(checkLedger(directory).size, sizes)
  const [detail] = await reopened(directory)
  assert.match(detail ?? '', /^a segment replaced by `portcullis ledger recover`/)
  // A copy that is damaged itself, or whose end is older, is of no use.
  alter(directory, 1, (bytes) => bytes.fill(0xa5, 5_000, 5_040))
  alter(from, 1, (bytes) => bytes.fill(0x5a, 6_000, 6_040))
  assert.equal(repairLedger(DISK, { ...about, from }).repair.kind, 'none')
  alter(from, last, (bytes) => bytes.fill(0, begin))
  alter(directory, last, (bytes) => bytes.fill(0xa5, 300, 340))
  assert.equal(repairLedger(DISK, { ...about, from }).repair.kind, 'none')
})
