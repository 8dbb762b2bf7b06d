import { PortcullisError } from '../../kernel/errors.ts'
import type { FsckReport } from '../../kernel/receipt/ledger-report.ts'
import { type CheckOptions, LedgerCheck } from './fsck/ledger-check.ts'
import { reportOn, totalsOf } from './fsck/report.ts'
import { firstWritten, sizeOf } from './fsck/segment-bytes.ts'
import { SegmentWalk } from './fsck/walk-segments.ts'
import { listSegments } from './segment-files.ts'

export interface FsckOptions extends CheckOptions {
  /** A writer is at work: what stands behind its last checkpoint is being written. */
  readonly live?: boolean
  onProgress?(bytes: number, of: number): void
  /** Told of each segment in which something is wrong, or which is not there. */
  onDamaged?(segment: number): void
}

/**
 * Checks a whole ledger again from its segment files alone. Damage is a problem in the report; it
 * throws `LEDGER_MISSING` where there are no segments, and what the disk throws.
 */
export function fsck(directory: string, options: FsckOptions): FsckReport {
  const { origin, judge, live } = options
  const { segments, last, bytes } = laidOut(directory)
  const check = new LedgerCheck(options)
  const onProgress = (done: number) => options.onProgress?.(done, bytes)
  const walk = new SegmentWalk(check, { directory, origin, judge, last, onProgress })
  for (const [index, segment] of segments.entries()) {
    const expected = index === 0 ? 0 : (segments[index - 1] ?? 0) + 1
    if (segment !== expected) {
      walk.gap(expected, segment)
      for (let gone = expected; gone < segment; gone += 1) options.onDamaged?.(gone)
    }
    const before = check.problems.count
    walk.segment(segment)
    if (check.problems.count > before) options.onDamaged?.(segment)
  }
  const { torn: at } = walk
  if (at !== undefined && live !== true) {
    check.problems.add('LEDGER_TAIL_TORN', 'no checkpoint covers what stands here', { at })
  }
  check.end()
  const about = { directory, origin, segments: segments.length, bytes }
  return reportOn(totalsOf(check), check.problems, about)
}

/** The segment files that there are. */
export interface LaidOut {
  readonly segments: readonly number[]
  /** The last segment in which anything is written: the writer makes one ahead. */
  readonly last: number
  readonly bytes: number
}

/** @throws PortcullisError `LEDGER_MISSING` where there is no segment. */
export function laidOut(directory: string): LaidOut {
  const segments = segmentsOf(directory)
  const written = (segment: number) => firstWritten(directory, { segment, offset: 0 }) !== undefined
  return {
    segments,
    last: segments.findLast(written) ?? 0,
    bytes: segments.reduce((sum, segment) => sum + sizeOf(directory, segment), 0),
  }
}

function segmentsOf(directory: string): readonly number[] {
  try {
    const segments = listSegments(directory)
    if (segments.length > 0) return segments
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!missing) throw error
  }
  throw new PortcullisError('LEDGER_MISSING', `there is no ledger in \`${directory}\``)
}
