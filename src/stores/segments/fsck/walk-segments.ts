import { frameBytes } from '../frame.ts'
import { framesOfSegment, type Position } from '../segment-files.ts'
import type { LedgerJudge } from './judge-by-keys.ts'
import type { LedgerCheck } from './ledger-check.ts'
import { findCheckpoint, firstWritten, sizeOf } from './segment-bytes.ts'

/** Frames between two calls of `onProgress`. */
const PROGRESS_STEP = 10_000

export interface WalkOptions {
  readonly directory: string
  readonly origin: string
  readonly judge: LedgerJudge
  /** The last segment in which anything is written. */
  readonly last: number
  /** Told how many bytes of the segments were read. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** Goes through segments in order and finds its way again behind bytes that are no frame. */
export class SegmentWalk {
  readonly #check: LedgerCheck
  readonly #options: WalkOptions
  #frames = 0
  #before = 0
  #tail: Position | undefined

  constructor(check: LedgerCheck, options: WalkOptions) {
    this.#check = check
    this.#options = options
  }

  /** What follows the last whole group and is none. */
  get torn(): Position | undefined {
    return this.#tail ?? this.#check.unfinished
  }

  /** Segments from `expected` up to this one are missing. */
  gap(expected: number, segment: number): void {
    const message = `segment ${expected} is missing before segment ${segment}`
    this.#check.problems.add('LEDGER_SEGMENT_MISSING', message)
    this.#check.lose()
  }

  segment(segment: number): void {
    for (let at: Position | undefined = { segment, offset: 0 }; at !== undefined; ) {
      const bad = this.#readFrom(at)
      at = bad && this.#resume(bad)
    }
    this.#before += sizeOf(this.#options.directory, segment)
  }

  /** All frames from a place on; returns the place where something stands that is none. */
  #readFrom(from: Position): Position | undefined {
    const { directory, last, onProgress } = this.#options
    let { offset } = from
    for (const found of framesOfSegment(directory, from)) {
      if ('bad' in found) return found.at
      this.#check.frame(found.at, found.frame)
      offset = found.at.offset + frameBytes(found.frame.body.length)
      this.#frames += 1
      if (this.#frames % PROGRESS_STEP === 0) onProgress?.(this.#before + offset)
    }
    const end = { ...from, offset }
    const written = firstWritten(directory, end)
    if (offset === 0 && from.segment < last) return end
    return written === undefined ? undefined : end
  }

  /** Nothing can be read here: is it the end, or does the ledger go on behind? */
  #resume(bad: Position): Position | undefined {
    const { directory, origin, judge, last } = this.#options
    const next = findCheckpoint(directory, bad, { origin, judge })
    if (next === undefined && bad.segment === last) {
      this.#tail = this.#check.unfinished ?? bad
      return undefined
    }
    this.#check.problems.add('LEDGER_FRAME_INVALID', 'no frame can be read here', { at: bad })
    this.#check.lose()
    return next
  }
}
