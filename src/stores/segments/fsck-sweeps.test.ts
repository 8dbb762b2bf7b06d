/** A small ledger is cut off at every byte. */
import assert from 'node:assert/strict'
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_ORIGIN } from '../../../test/support/sample-log.ts'
import { scratchForFile } from '../../../test/support/scratch.ts'
import { segmentBytes, writeSegments } from '../../../test/support/segment-ledger.ts'
import { laySmallLedger, SMALL_JUDGE } from '../../../test/support/small-ledger.ts'
import { LeafScan } from './fsck/leaf-scan.ts'
import { fsck } from './fsck.ts'
import { segmentFile } from './segment-files.ts'

const SPARE_BYTES = 64
const root = scratchForFile()
const FILES = laySmallLedger().segments.map((frames) => segmentBytes(frames, SPARE_BYTES))
const ABOUT = { origin: SAMPLE_ORIGIN, judge: SMALL_JUDGE, scan: new LeafScan() }

function codesIn(directory: string, remembered?: { size: number; root: string }): string {
  const head = remembered && {
    origin: SAMPLE_ORIGIN,
    size: remembered.size,
    root: Buffer.from(remembered.root, 'base64'),
  }
  const { problems } = fsck(directory, { ...ABOUT, remembered: head })
  return problems.map(({ code }) => code).join(' ')
}

test('a ledger cut off at any byte is found, where a group ends only by a memory', () => {
  const directory = join(root, 'cut')
  writeSegments(directory, FILES)
  const head = fsck(directory, ABOUT)
  const held: number[] = []
  const last = FILES.length - 1
  const file = openSync(segmentFile(directory, last), 'r+')
  for (let length = (FILES[last]?.length ?? 0) - SPARE_BYTES - 1; length >= 0; length -= 1) {
    ftruncateSync(file, length)
    const codes = codesIn(directory)
    if (codes === '') held.push(length)
    else assert.match(codes, /LEDGER_(TAIL_TORN|SNAPSHOT_ALTERED)/, `at ${length}`)
    assert.match(codesIn(directory, head), /LEDGER_TRUNCATED/, `at ${length}`)
  }
  closeSync(file)
  // The ends of two groups and of none, with or without the first zeros behind them.
  assert.equal(held.length, 9)
})

test('a segment in the midst cut off at any byte is found', () => {
  const directory = join(root, 'cut-first')
  writeSegments(directory, FILES)
  const file = openSync(segmentFile(directory, 0), 'r+')
  for (let length = (FILES[0]?.length ?? 0) - SPARE_BYTES - 1; length >= 0; length -= 1) {
    ftruncateSync(file, length)
    assert.notEqual(codesIn(directory), '', `at ${length}`)
  }
  closeSync(file)
})
