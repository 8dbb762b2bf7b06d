import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { FsckReport, LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { frameBytes } from './frame.ts'
import { type CheckOptions, LedgerCheck } from './fsck/ledger-check.ts'
import { EMPTY_HEAD } from './fsck/log-audit.ts'
import { findCheckpoint, firstWritten, sizeOf } from './fsck/segment-bytes.ts'
import { framesOfSegment, listSegments, type Position } from './segment-files.ts'

/** Frames between two calls of `onProgress`. */
const PROGRESS_STEP = 10_000

export interface FsckOptions extends CheckOptions {
  /** A writer is at work: what stands behind its last checkpoint is being written. */
  readonly live?: boolean
  /** What is wrong with the index beside the segments, where there is one. */
  checkIndex?(check: LedgerCheck): readonly LedgerProblem[]
  onProgress?(bytes: number, of: number): void
  /** Told of each segment in which something is wrong, or which is not there. */
  onDamaged?(segment: number): void
}

/**
 * Checks a whole ledger again from its segment files alone. Damage is a problem in the report; it
 * throws `LEDGER_MISSING` where there are no segments, and what the disk throws.
 */
export function fsck(directory: string, options: FsckOptions): FsckReport {
  const segments = segmentsOf(directory)
  const check = new LedgerCheck(options)
  const bytes = segments.reduce((sum, segment) => sum + sizeOf(directory, segment), 0)
  // The writer makes a segment ahead: it has nothing in it yet.
  const written = (segment: number) => firstWritten(directory, { segment, offset: 0 }) !== undefined
  const last = segments.findLast(written) ?? 0
  const walk = new Walk(directory, check, { ...options, bytes, last })
  for (const [index, segment] of segments.entries()) {
    const expected = index === 0 ? 0 : (segments[index - 1] ?? 0) + 1
    if (segment !== expected) walk.gap(expected, segment)
    const before = check.problems.count
    walk.segment(segment)
    if (check.problems.count > before) options.onDamaged?.(segment)
  }
  walk.end()
  check.end()
  const indexed = check.problems.none ? (options.checkIndex?.(check) ?? []) : []
  for (const { code, message, ...place } of indexed) check.problems.add(code, message, place)
  return reportOn(check, { directory, origin: options.origin, segments: segments.length, bytes })
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

interface WalkOptions extends FsckOptions {
  readonly bytes: number
  /** The last segment in which anything is written. */
  readonly last: number
}

/** Goes through the segments in order and finds its way again behind bytes that are no frame. */
class Walk {
  readonly #directory: string
  readonly #check: LedgerCheck
  readonly #options: WalkOptions
  #frames = 0
  #before = 0
  /** What follows the last whole group and is none. */
  #tail: Position | undefined

  constructor(directory: string, check: LedgerCheck, options: WalkOptions) {
    this.#directory = directory
    this.#check = check
    this.#options = options
  }

  gap(expected: number, segment: number): void {
    const message = `segment ${expected} is missing before segment ${segment}`
    this.#check.problems.add('LEDGER_SEGMENT_MISSING', message)
    for (let gone = expected; gone < segment; gone += 1) this.#options.onDamaged?.(gone)
    this.#check.lose()
  }

  segment(segment: number): void {
    for (let at: Position | undefined = { segment, offset: 0 }; at !== undefined; ) {
      const bad = this.#readFrom(at)
      at = bad && this.#resume(bad)
    }
    this.#before += sizeOf(this.#directory, segment)
  }

  end(): void {
    const at = this.#tail ?? this.#check.unfinished
    if (at === undefined || this.#options.live === true) return
    this.#check.problems.add('LEDGER_TAIL_TORN', 'no checkpoint covers what stands here', { at })
  }

  /** All frames from a place on; returns the place where something stands that is none. */
  #readFrom(from: Position): Position | undefined {
    let { offset } = from
    for (const found of framesOfSegment(this.#directory, from)) {
      if ('bad' in found) return found.at
      this.#check.frame(found.at, found.frame)
      offset = found.at.offset + frameBytes(found.frame.body.length)
      this.#frames += 1
      if (this.#frames % PROGRESS_STEP === 0) {
        this.#options.onProgress?.(this.#before + offset, this.#options.bytes)
      }
    }
    const end = { ...from, offset }
    const written = firstWritten(this.#directory, end)
    if (offset === 0 && from.segment < this.#options.last) return end
    return written === undefined ? undefined : end
  }

  /** Nothing can be read here: is it the end, or does the ledger go on behind? */
  #resume(bad: Position): Position | undefined {
    const { origin, judge, last } = this.#options
    const next = findCheckpoint(this.#directory, bad, { origin, judge })
    if (next === undefined && bad.segment === last) {
      this.#tail = this.#check.unfinished ?? bad
      return undefined
    }
    this.#check.problems.add('LEDGER_FRAME_INVALID', 'no frame can be read here', { at: bad })
    this.#check.lose()
    return next
  }
}

function reportOn(
  check: LedgerCheck,
  about: { directory: string; origin: string; segments: number; bytes: number },
): FsckReport {
  const { directory, origin, segments, bytes } = about
  const logs = [...check.logs.values()]
  const { size, root, note } = check.head ?? EMPTY_HEAD_OF_NODE
  return {
    ok: check.problems.none,
    ...{ origin, size, root },
    ...(note !== undefined && { head: note }),
    logs: logs.map(({ name, head }) => ({
      ...{ origin: name.origin, tenant: name.tenant, size: head.size, root: head.root },
    })),
    ...{ receipts: check.receipts, checkpoints: check.checkpoints.count, pruned: check.pruned },
    ...{ segments, bytes, unverified: check.checkpoints.unverified },
    unfollowed: logs.reduce((sum, { links }) => sum + links.unfollowed, 0),
    quarantined: quarantinedIn(directory),
    problems: check.problems.list,
    unlisted: check.problems.unlisted,
  }
}

const EMPTY_HEAD_OF_NODE = { ...EMPTY_HEAD, note: undefined }

function quarantinedIn(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, 'quarantine')).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
