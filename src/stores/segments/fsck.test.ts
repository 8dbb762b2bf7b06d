import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_ORIGIN } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../../test/support/scratch.ts'
import {
  type LaidFrame,
  LedgerLayer,
  segmentBytes,
  writeSegments,
} from '../../../test/support/segment-ledger.ts'
import { laySmallLedger, SMALL_JUDGE } from '../../../test/support/small-ledger.ts'
import { FRAME_KINDS } from './frame.ts'
import { LeafScan } from './fsck/leaf-scan.ts'
import { fsck } from './fsck.ts'
import { segmentFile } from './segment-files.ts'

const root = scratchForFile()
const SCAN = new LeafScan()
const LAID = laySmallLedger().segments
const FILES = LAID.map((frames) => segmentBytes(frames))
const PLACES = LAID.flatMap((frames, segment) => frames.map((_, at) => ({ segment, at })))
const ABOUT = { origin: SAMPLE_ORIGIN, judge: SMALL_JUDGE, scan: SCAN }

/** The head of a ledger that holds. */
function headOf(segments: readonly Buffer[]) {
  const { size, root: hash } = inDirectory(segments, (directory) => fsck(directory, ABOUT))
  return { origin: SAMPLE_ORIGIN, size, root: Buffer.from(hash, 'base64') }
}

function inDirectory<T>(segments: readonly Buffer[], use: (directory: string) => T): T {
  const directory = mkdtempSync(join(root, 'case-'))
  writeSegments(directory, segments)
  const result = use(directory)
  rmSync(directory, { recursive: true })
  return result
}

/** Codes and places of what is wrong with these segments. */
function found(segments: readonly Buffer[], remembered?: ReturnType<typeof headOf>): string {
  const { problems, ok } = inDirectory(segments, (directory) =>
    fsck(directory, { ...ABOUT, remembered }),
  )
  assert.equal(ok, problems.length === 0)
  return problems.map(({ code, seq }) => (seq === undefined ? code : `${code} ${seq}`)).join(', ')
}

const KIND_NAMES = new Map(Object.entries(FRAME_KINDS).map(([name, kind]) => [kind, name]))
const nameOf = ({ kind, log }: LaidFrame) => `${KIND_NAMES.get(kind)} ${log}`

/** For each frame, what is found when its segment is changed there; `''` where nothing is. */
function sweep(change: (frames: LaidFrame[], at: number) => LaidFrame[]): Map<string, string> {
  return new Map(
    PLACES.map(({ segment, at }) => {
      const changed = LAID.map((frames, number) =>
        segmentBytes(number === segment ? change([...frames], at) : frames),
      )
      const [one, other] = (LAID[segment] ?? []).slice(at, at + 2)
      const names = [one, other].map((frame) => (frame ? nameOf(frame) : 'end'))
      return [`${segment}.${at} ${names.join(', ')}`, found(changed)] as const
    }),
  )
}

const unnoticed = (results: ReadonlyMap<string, string>) =>
  [...results].filter(([, codes]) => codes === '').map(([name]) => name)

test('a ledger as it was written has no problem', () => {
  const report = inDirectory(FILES, (directory) => fsck(directory, ABOUT))
  assert.deepEqual([report.problems, report.ok], [[], true])
  const logs = report.logs.map(({ tenant, size }) => [tenant, size])
  assert.deepEqual(logs, [
    ['default', 5],
    ['acme', 4],
  ])
  assert.deepEqual([report.size, report.receipts, report.segments], [7, 9, 2])
  assert.equal(report.head?.split('\n')[2], report.root)
})

test('any frame taken out is missed, but for signatures that nothing rests on', () => {
  const results = sweep((frames, at) => frames.toSpliced(at, 1))
  assert.deepEqual(unnoticed(results), [
    '0.17 cosigned 0, checkpoint 0',
    '1.8 checkpoint 1, checkpoint 2',
    '1.9 checkpoint 2, checkpoint 0',
  ])
  assert.equal(results.get('0.3 leaf 1, leaf 1'), 'LEDGER_RECEIPT_MISSING 0')
  assert.equal(results.get('1.10 checkpoint 0, end'), 'LEDGER_TAIL_TORN')
})

test('any frame that stands twice is found', () => {
  const results = sweep((frames, at) => frames.toSpliced(at, 0, ...frames.slice(at, at + 1)))
  assert.deepEqual(unnoticed(results), [])
  assert.equal(results.get('0.3 leaf 1, leaf 1'), 'LEDGER_RECEIPT_ADDED 0')
})

test('any two neighbouring frames that changed places are found, unless they have no order', () => {
  const results = sweep((frames, at) => {
    const [one, other] = frames.slice(at, at + 2)
    return one && other ? frames.toSpliced(at, 2, other, one) : frames
  })
  // Between receipts of two logs in one group there is no order, nor between their signatures.
  assert.deepEqual(
    unnoticed(results).sort(),
    [
      '0.4 leaf 1, leaf 2',
      '1.4 leaf 1, leaf 2',
      '1.8 checkpoint 1, checkpoint 2',
      // The last frames of both segments have no neighbour.
      '0.18 checkpoint 0, end',
      '1.10 checkpoint 0, end',
    ].sort(),
  )
  const swapped = 'LEDGER_REORDERED 0, LEDGER_REORDERED 1'
  assert.equal(results.get('0.3 leaf 1, leaf 1'), swapped)
})

test('a segment taken out is missed', () => {
  const directory = join(root, 'gap')
  writeSegments(directory, FILES)
  rmSync(segmentFile(directory, 0))
  const { problems } = fsck(directory, ABOUT)
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['LEDGER_SEGMENT_MISSING'],
  )
})

test('a backup that was restored is found by whoever remembers a later head', () => {
  const head = headOf(FILES)
  const older = FILES.slice(0, 1)
  assert.equal(found(older), '')
  assert.equal(found(older, head), 'LEDGER_TRUNCATED')
  assert.equal(found(FILES, headOf(older)), '', 'a longer ledger extends an older head')
})

test('a history written anew from a backup by the holder of the key is a fork', () => {
  const other = new LedgerLayer()
  const log = other.declare('default')
  for (let count = 0; count < 9; count += 1) {
    other.leaf(log, refusalDraft(`other ${count}`))
    other.commit([log])
  }
  const forked = other.segments.map((frames) => segmentBytes(frames))
  assert.equal(found(forked), '')
  assert.equal(found(forked, headOf(FILES)), 'LEDGER_FORKED')
})

test('bytes behind the end of a segment that is full are found', () => {
  const [first = Buffer.alloc(0), ...rest] = FILES
  const written = Buffer.from(first)
  written[written.length - 1] = 1
  assert.equal(found([written, ...rest]), 'LEDGER_FRAME_INVALID')
})

test('a torn end is that, though the next segment was made ahead', () => {
  const [first = Buffer.alloc(0), last = Buffer.alloc(0)] = FILES
  const torn = last.subarray(0, last.length - 200)
  assert.equal(found([first, torn, Buffer.alloc(4096)]), 'LEDGER_TAIL_TORN')
  assert.equal(found([first, last, Buffer.alloc(4096)]), '')
})
