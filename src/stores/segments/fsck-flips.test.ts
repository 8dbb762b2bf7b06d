/** Every bit of a small ledger is changed. */
import assert from 'node:assert/strict'
import { closeSync, openSync, writeSync } from 'node:fs'
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

test('one bit changed anywhere is found and named', () => {
  const directory = join(root, 'flips')
  writeSegments(directory, FILES)
  const missed: string[] = []
  for (const [segment, bytes] of FILES.entries()) {
    const file = openSync(segmentFile(directory, segment), 'r+')
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const [at, byte] = [bit >> 3, bytes[bit >> 3] ?? 0]
      writeSync(file, Buffer.of(byte ^ (1 << (bit & 7))), 0, 1, at)
      if (fsck(directory, ABOUT).ok) missed.push(`bit ${bit & 7} of ${at} in segment ${segment}`)
      writeSync(file, Buffer.of(byte), 0, 1, at)
    }
    closeSync(file)
  }
  assert.deepEqual(missed, [])
})
