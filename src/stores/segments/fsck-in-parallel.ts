import { availableParallelism } from 'node:os'
import type { FsckReport } from '../../kernel/receipt/ledger-report.ts'
import { LedgerProblems } from '../../kernel/receipt/ledger-report.ts'
import type { Checkpoint } from '../../kernel/tlog/checkpoint.ts'
import type { RangeTask } from './fsck/check-range.ts'
import { checkRanges } from './fsck/check-ranges.ts'
import { joinRanges } from './fsck/join-ranges.ts'
import { judgeByKeys, type SizedKey } from './fsck/judge-by-keys.ts'
import { reportOn } from './fsck/report.ts'
import { sizeOf } from './fsck/segment-bytes.ts'
import { fsck, type LaidOut, laidOut } from './fsck.ts'

/** Most threads that check one ledger, however many cores there are: each takes memory. */
export const MAX_FSCK_THREADS = 8

export interface ParallelFsckOptions {
  /** Origin of the node's log. */
  readonly origin: string
  readonly keys: readonly (string | SizedKey)[]
  /** A head of the node's log, seen earlier: only it shows that a whole end was taken away. */
  readonly remembered?: Checkpoint | undefined
  /** A writer is at work: what stands behind its last checkpoint is being written. */
  readonly live?: boolean
  /** By default one for each core, at most `MAX_FSCK_THREADS`. */
  readonly threads?: number
  onProgress?(bytes: number, of: number): void
}

/**
 * `fsck` on all cores: each thread goes on from the sealed snapshot that its range of segments
 * begins with, and the range before has to come to the same. Where anything is wrong, or not sure,
 * the ledger is checked again from its beginning, so that the report is that of `fsck` always; but
 * with very many runs more links can be out of reach (`unfollowed`).
 */
export async function fsckInParallel(
  directory: string,
  { threads = defaultThreads(), ...options }: ParallelFsckOptions,
): Promise<FsckReport> {
  const layout = laidOut(directory)
  const report = await checkParts(directory, layout, { threads, ...options })
  return report ?? fsck(directory, { ...options, judge: judgeByKeys(options.keys) })
}

function defaultThreads(): number {
  return Math.min(availableParallelism(), MAX_FSCK_THREADS)
}

/** Nothing unless all is well. */
async function checkParts(
  directory: string,
  { segments, last, bytes }: LaidOut,
  options: ParallelFsckOptions & { readonly threads: number },
): Promise<FsckReport | undefined> {
  const { origin, keys, remembered, live = false, threads } = options
  if (segments.some((segment, index) => segment !== index)) return undefined
  const parts = partsOf(segments, { threads, last, bytesOf: (it) => sizeOf(directory, it) })
  if (parts.length < 2) return undefined
  const about = { directory, origin, keys, remembered, last, live }
  const tasks: readonly RangeTask[] = parts.map((part) => ({ ...about, segments: part }))
  const ranges = await checkRanges(tasks, (done) => options.onProgress?.(done, bytes))
  const totals = ranges && joinRanges(ranges)
  if (totals === undefined || (remembered?.size ?? 0) > (totals.head?.size ?? 0)) return undefined
  const reported = { directory, origin, segments: segments.length, bytes }
  return reportOn(totals, new LedgerProblems(), reported)
}

interface Parting {
  readonly threads: number
  readonly last: number
  bytesOf(segment: number): number
}

/** At most so many ranges of about the same length. What is made ahead is of the last of them. */
function partsOf(
  segments: readonly number[],
  { threads, last, bytesOf }: Parting,
): readonly (readonly number[])[] {
  const written = segments.filter((segment) => segment <= last)
  const sizes = written.map(bytesOf)
  const whole = sizes.reduce((sum, size) => sum + size, 0)
  const parts: number[][] = Array.from({ length: threads }, () => [])
  let before = 0
  for (const [index, size] of sizes.entries()) {
    // Where its middle stands tells whose it is.
    const part = Math.floor(((before + size / 2) / whole) * threads)
    parts[Math.min(part, threads - 1)]?.push(index)
    before += size
  }
  const filled = parts.filter((part) => part.length > 0)
  filled.at(-1)?.push(...segments.slice(written.length))
  return filled
}
