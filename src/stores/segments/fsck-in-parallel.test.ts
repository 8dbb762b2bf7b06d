import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_ORIGIN, SAMPLE_SIGNER, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { scratchForFile } from '../../../test/support/scratch.ts'
import {
  type LaidFrame,
  LedgerLayer,
  segmentBytes,
  writeSegments,
} from '../../../test/support/segment-ledger.ts'
import { NEXT_SIGNER, SMALL_JUDGE } from '../../../test/support/small-ledger.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { FRAME_KINDS } from './frame.ts'
import { checkRange } from './fsck/check-range.ts'
import { joinRanges } from './fsck/join-ranges.ts'
import { LeafScan } from './fsck/leaf-scan.ts'
import { fsck } from './fsck.ts'
import { fsckInParallel } from './fsck-in-parallel.ts'
import { vkeyOf } from './signers.ts'

const root = scratchForFile()
const KEYS = [SAMPLE_VKEY, vkeyOf(NEXT_SIGNER)]
const ABOUT = { origin: SAMPLE_ORIGIN, judge: SMALL_JUDGE, scan: new LeafScan() }

interface Telling {
  /** Of the receipts: two ledgers with other words differ in everything else. */
  readonly words?: string
  /** Forgets what came before in a run. */
  readonly unlinked?: boolean
  /** The first head is cosigned in its own segment too. */
  readonly twice?: boolean
}

/** Four segments: runs, an open action, cosigned heads, a change of keys go over the borders. */
function layFour({ words = 'r', unlinked = false, twice = false }: Telling = {}): LedgerLayer {
  const layer = new LedgerLayer()
  const first = layer.declare('default')
  layer.leaf(first, decisionDraft('d0', 'long'))
  layer.leaf(first, refusalDraft(`${words} 1`))
  const note = layer.commit([first], { signed: [first] })
  layer.leaf(first, refusalDraft(`${words} 8`))
  layer.commit([first], twice ? { cosigned: note } : {})
  layer.beginSegment()
  const second = layer.declare('acme')
  layer.leaf(first, refusalDraft(`${words} 2`))
  layer.leaf(second, refusalDraft(`${words} 3`))
  layer.commit([first, second], { cosigned: note })
  layer.useSigners({ active: NEXT_SIGNER, retiring: SAMPLE_SIGNER })
  layer.beginSegment()
  if (unlinked) layer.forget(first, 'long')
  layer.leaf(first, effectDraft('e0', 'd0', 'long'))
  layer.leaf(second, refusalDraft(`${words} 4`))
  const later = layer.commit([first, second], { signed: [second] })
  layer.useSigners({ active: NEXT_SIGNER })
  layer.leaf(second, refusalDraft(`${words} 5`))
  layer.commit([second], { cosigned: later })
  layer.beginSegment()
  layer.leaf(first, refusalDraft(`${words} 6`))
  layer.commit([first])
  layer.leaf(second, refusalDraft(`${words} 7`))
  layer.commit([second])
  return layer
}

const LAID = layFour().segments
const PLACES = LAID.flatMap((frames, segment) => frames.map((_, at) => ({ segment, at })))
/** Each way of giving four segments to threads. */
const PARTS = [
  [[0], [1, 2, 3]],
  [
    [0, 1],
    [2, 3],
  ],
  [[0], [1], [2], [3]],
]

function inDirectory<T>(segments: readonly Buffer[], use: (directory: string) => T): T {
  const directory = mkdtempSync(join(root, 'case-'))
  writeSegments(directory, segments)
  const result = use(directory)
  rmSync(directory, { recursive: true })
  return result
}

/** What the ranges come to, by each way of parting them. */
function joined(directory: string) {
  const about = { directory, origin: SAMPLE_ORIGIN, keys: KEYS, last: 3, live: false }
  return PARTS.map((parts) => {
    const ranges = parts.flatMap((segments) => checkRange({ ...about, segments }) ?? [])
    // Between threads they are copied.
    return ranges.length === parts.length ? joinRanges(structuredClone(ranges)) : undefined
  })
}

/** Ranges hold together where the whole does, and come to the same; says what the whole is. */
function compare(frames: readonly (readonly LaidFrame[])[]): string {
  const segments = frames.map((laid) => segmentBytes(laid))
  return inDirectory(segments, (directory) => {
    const report = fsck(directory, ABOUT)
    const { receipts, checkpoints, pruned, unverified, unfollowed, size } = report
    for (const totals of joined(directory)) {
      assert.equal(totals !== undefined, report.ok, JSON.stringify(report.problems))
      if (totals === undefined) continue
      const { head, logs, ...counts } = totals
      assert.deepEqual(counts, { receipts, checkpoints, pruned, unverified, unfollowed })
      assert.deepEqual([head?.size, head?.note], [size, report.head])
      const ends = logs.map(({ head: end, ...log }) => [log.origin, end.size, end.root])
      assert.deepEqual(
        ends,
        report.logs.map((log) => [log.origin, log.size, log.root]),
      )
    }
    return report.problems.map(({ code }) => code).join(' ')
  })
}

function sweep(change: (frames: LaidFrame[], at: number) => LaidFrame[]): string[] {
  return PLACES.map(({ segment, at }) =>
    compare(LAID.map((frames, nth) => (nth === segment ? change([...frames], at) : frames))),
  )
}

test('ranges of a ledger that holds come to what the whole comes to', () => {
  assert.equal(compare(LAID), '')
})

test('frames taken out, doubled, moved or altered: ranges are as strict as the whole', () => {
  const changes: ((frames: LaidFrame[], at: number) => LaidFrame[])[] = [
    (frames, at) => frames.toSpliced(at, 1),
    (frames, at) => frames.toSpliced(at, 0, ...frames.slice(at, at + 1)),
    (frames, at) => frames.toSpliced(at, 2, ...frames.slice(at, at + 2).reverse()),
    (frames, at) => frames.with(at, altered(frames[at])),
  ]
  const found = changes.map((change) => sweep(change).filter((codes) => codes !== '').length)
  assert.ok(Math.min(...found) > PLACES.length / 2, found.join(' '))
})

function altered(frame: LaidFrame | undefined): LaidFrame {
  assert.ok(frame)
  const body = Buffer.from(frame.body)
  body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
  return { ...frame, body }
}

test('a segment of another history, sealed by the same key, fits behind no other', () => {
  const other = layFour({ words: 'other' }).segments
  assert.equal(compare(other), '')
  for (const at of [1, 2, 3]) {
    const forged = [...LAID.slice(0, at), ...other.slice(at)]
    assert.match(compare(forged), /LEDGER_SNAPSHOT_ALTERED/)
  }
})

test('a receipt that does not name the one of its run in the range before is found', () => {
  assert.equal(compare(layFour({ unlinked: true }).segments), 'LEDGER_LINK_BROKEN')
})

test('receipts that were taken out of the ranges before are known there', () => {
  const pruned = LAID.map((frames, segment) =>
    frames.map((frame) => (segment < 1 ? prune(frame) : frame)),
  )
  assert.equal(compare(pruned), '')
})

function prune(frame: LaidFrame): LaidFrame {
  const { kind, log, body } = frame
  if (kind !== FRAME_KINDS.leaf || log === 0) return frame
  return { log, kind: FRAME_KINDS.pruned, body: Buffer.from(leafHash(body)) }
}

test('a head is cosigned in the segment behind it, and is not cosigned there again', () => {
  assert.equal(compare(layFour({ twice: true }).segments), 'LEDGER_REORDERED')
})

test('a head that is cosigned stood before, if not in the same segment', () => {
  const [, second = []] = layFour({ words: 'other' }).segments
  const cosigned = (frames: readonly LaidFrame[]) =>
    frames.findIndex(({ kind }) => kind === FRAME_KINDS.cosigned)
  const stranger = second[cosigned(second)]
  assert.ok(stranger)
  const frames = LAID.map((laid, segment) =>
    segment === 1 ? laid.with(cosigned(laid), stranger) : laid,
  )
  assert.equal(compare(frames), 'LEDGER_CHECKPOINT_INVALID')
})

test('the last checkpoint of a segment does not stand again in the next', () => {
  const again = LAID.map((frames, segment) => {
    const last = LAID[segment - 1]?.at(-1)
    return segment === 2 && last ? frames.toSpliced(1, 0, last) : frames
  })
  assert.equal(compare(again), 'LEDGER_REORDERED')
})

for (const [name, frames, code] of [
  ['that holds', LAID, undefined],
  [
    'with a receipt taken out',
    LAID.map((laid, nth) => (nth === 2 ? laid.toSpliced(2, 1) : laid)),
    'LEDGER_RECEIPT_MISSING',
  ],
  [
    'with a torn end',
    LAID.map((laid, nth) => (nth === 3 ? laid.slice(0, -1) : laid)),
    'LEDGER_TAIL_TORN',
  ],
] as const) {
  test(`threads report on a ledger ${name} what one thread reports`, async () => {
    const directory = mkdtempSync(join(root, 'threads-'))
    writeSegments(
      directory,
      frames.map((laid) => segmentBytes(laid)),
    )
    const about = { origin: SAMPLE_ORIGIN, keys: KEYS }
    const report = await fsckInParallel(directory, { ...about, threads: 2 })
    assert.deepEqual(report, fsck(directory, ABOUT))
    assert.equal(report.problems[0]?.code, code)
    const live = await fsckInParallel(directory, { ...about, threads: 3, live: true })
    assert.deepEqual(live, fsck(directory, { ...ABOUT, live: true }))
  })
}

test('a remembered head is compared in the range where it stands, and at the end', async () => {
  const directory = join(root, 'remembered')
  writeSegments(
    directory,
    LAID.map((laid) => segmentBytes(laid)),
  )
  const about = { origin: SAMPLE_ORIGIN, keys: KEYS, threads: 2 }
  for (const [size, code] of [
    [2, 'LEDGER_FORKED'],
    [6, 'LEDGER_FORKED'],
    [99, 'LEDGER_TRUNCATED'],
  ] as const) {
    const remembered = { origin: SAMPLE_ORIGIN, size, root: Buffer.alloc(32, 7) }
    const report = await fsckInParallel(directory, { ...about, remembered })
    assert.deepEqual(report, fsck(directory, { ...ABOUT, remembered }))
    assert.deepEqual(
      report.problems.map((problem) => problem.code),
      [code],
    )
  }
})
