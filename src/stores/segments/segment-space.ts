import { dirname } from 'node:path'
import type { Files } from './files.ts'
import { listSegments, type Position, SEGMENT_BYTES, segmentFile } from './segment-files.ts'

/** Zeros that are to stand ready behind what was written, in bytes. */
export const SPACE_AHEAD = 4 * 1024 * 1024

/** Zeros that are written at a time: a long sync would hold up the groups beside it. */
const STEP_BYTES = 1024 * 1024

const ZEROS = Buffer.alloc(STEP_BYTES)

/** Below so many free bytes on the disk the ledger takes no more of it. */
export const DEFAULT_FREE_SPACE_MARK = 64 * 1024 * 1024

/** Failures that say there is no room, and nothing worse. */
const NO_ROOM: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG']

export interface SpaceOptions {
  readonly directory: string
  readonly files: Files
  readonly segmentBytes?: number
  readonly freeSpaceMark?: number
}

/** A segment that is open: so much of it is zeros or frames. */
interface OpenSegment {
  readonly number: number
  readonly file: number
  /** The same file: whatever is written to it goes behind its end. */
  readonly end: number
  /** INVARIANT: never more than the length of the file. */
  allocated: number
}

/**
 * The place to write to. A write goes over zeros that are on the disk already, so that it changes
 * no length and no list of blocks, and so that a full disk shows before it and not in its midst.
 */
export class SegmentSpace {
  readonly #files: Files
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #freeSpaceMark: number
  #segment: OpenSegment
  #next: OpenSegment | undefined
  #offset = 0
  /** Where the parts of a write come together, again and again. */
  #gather = Buffer.alloc(0)
  #full = false
  #growing: Promise<void> | undefined
  #failure: unknown

  constructor({ directory, files, segmentBytes, freeSpaceMark }: SpaceOptions, at: Position) {
    this.#files = files
    this.#directory = directory
    this.#segmentBytes = segmentBytes ?? SEGMENT_BYTES
    this.#freeSpaceMark = freeSpaceMark ?? DEFAULT_FREE_SPACE_MARK
    this.#segment = this.#openOrMake(at.segment)
    this.#offset = at.offset
  }

  /** Where the next write goes. */
  get position(): Position {
    return { segment: this.#segment.number, offset: this.#offset }
  }

  /** Bytes to the end of the segment. */
  get room(): number {
    return this.#segmentBytes - this.#offset
  }

  /** Bytes of zeros that stand ready. */
  get ready(): number {
    return this.#segment.allocated - this.#offset + (this.#next?.allocated ?? 0)
  }

  /** The disk has no more room; what stands ready is all there is. */
  get full(): boolean {
    return this.#full
  }

  /**
   * Settles when room that is being made stands ready, where a write of so many bytes has to wait
   * for it: both would put something behind the same place.
   */
  roomFor(bytes: number): Promise<void> | undefined {
    return this.#offset + bytes <= this.#segment.allocated ? undefined : this.#growing
  }

  /** Is there room for so many bytes? Makes it if there is none yet, which takes a while. */
  hasRoomFor(bytes: number): boolean {
    const missing = this.#offset + bytes - this.#segment.allocated
    if (missing > 0) this.#growNow(this.#segment, missing)
    return this.#offset + bytes <= this.#segment.allocated
  }

  /** Goes on in the next segment; false where no room can be made for so many bytes in it. */
  beginNext(bytes: number): boolean {
    const next = this.#next ?? this.#openOrMake(this.#segment.number + 1)
    this.#next = next
    if (next.allocated < bytes) this.#growNow(next, bytes - next.allocated)
    if (next.allocated < bytes) return false
    this.#close(this.#segment)
    this.#segment = next
    this.#next = undefined
    this.#offset = 0
    return true
  }

  /**
   * Writes parts one behind the other; they are on the disk when it returns. They go out in one
   * write: of two that share a sector, the disk can have the first and what lies behind the second.
   */
  write(parts: readonly Uint8Array[]): void {
    if (this.#failure !== undefined) throw this.#failure
    const bytes = this.#gathered(parts)
    const written = this.#files.write(this.#segment.file, bytes, this.#offset)
    if (written !== bytes.length) {
      throw new Error(`only ${written} of ${bytes.length} bytes were written`)
    }
    const offset = this.#offset + written
    this.#files.fdatasync(this.#segment.file)
    this.#offset = offset
  }

  #gathered(parts: readonly Uint8Array[]): Buffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (length > this.#gather.length) this.#gather = Buffer.allocUnsafeSlow(2 * length)
    let at = 0
    for (const part of parts) {
      this.#gather.set(part, at)
      at += part.length
    }
    return this.#gather.subarray(0, length)
  }

  /** Begins to make room for what will come, unless there is enough or it is under way. */
  prepare(): void {
    if (this.#growing !== undefined || this.#failure !== undefined) return
    const { allocated } = this.#segment
    const isLow = allocated - this.#offset < SPACE_AHEAD
    if (!isLow && !this.#full) return
    this.#growing = this.#grow().then(
      () => this.#grown(undefined),
      (error) => this.#grown(error),
    )
  }

  async close(): Promise<void> {
    await this.#growing
    this.#close(this.#segment)
    if (this.#next !== undefined) this.#close(this.#next)
  }

  /**
   * Zeros are written beside the groups, and may come to the disk at any time. They can harm none:
   * they go behind the end of the file, wherever that is by then, and a group goes before it. With
   * a place of their own they once came late, and wiped out the end of an acknowledged checkpoint.
   */
  async #grow(): Promise<void> {
    const rest = this.#segmentBytes - this.#segment.allocated
    if (rest > 0) await this.#growLater(this.#segment, Math.min(rest, STEP_BYTES))
    else if (this.#next === undefined) this.#next = this.#openOrMake(this.#segment.number + 1)
    else {
      const ahead = Math.min(SPACE_AHEAD, this.#segmentBytes) - this.#next.allocated
      if (ahead > 0) await this.#growLater(this.#next, Math.min(ahead, STEP_BYTES))
    }
  }

  async #growLater(segment: OpenSegment, bytes: number): Promise<void> {
    if (this.#isLow(bytes)) return
    const written = await this.#files.appendZeros(segment.end, bytes)
    segment.allocated = this.#files.size(segment.file)
    this.#full = written < bytes
  }

  #grown(error: unknown): void {
    this.#growing = undefined
    if (error === undefined) return
    if (isNoRoom(error)) this.#full = true
    else this.#failure = error
  }

  #growNow(segment: OpenSegment, bytes: number): void {
    const wanted = Math.min(Math.max(bytes, STEP_BYTES), this.#segmentBytes - segment.allocated)
    if (wanted < bytes || this.#isLow(wanted)) return
    try {
      const zeros = wanted > ZEROS.length ? Buffer.alloc(wanted) : ZEROS.subarray(0, wanted)
      const written = this.#files.write(segment.end, zeros, segment.allocated)
      this.#files.fdatasync(segment.end)
      segment.allocated = this.#files.size(segment.file)
      this.#full = written < wanted
    } catch (error) {
      if (!isNoRoom(error)) throw error
      this.#full = true
    }
  }

  #isLow(bytes: number): boolean {
    const low = this.#files.freeBytes(this.#directory) - bytes < this.#freeSpaceMark
    if (low) this.#full = true
    return low
  }

  /** One may be there already: made ahead before the ledger was closed, and never written to. */
  #openOrMake(number: number): OpenSegment {
    const exists = listSegments(this.#directory).includes(number)
    const path = segmentFile(this.#directory, number)
    const file = this.#files.open(path, exists ? 'existing' : 'create')
    const end = this.#files.open(path, 'append')
    this.#files.syncDirectory(dirname(path))
    return { number, file, end, allocated: this.#files.size(file) }
  }

  #close({ file, end }: OpenSegment): void {
    this.#files.close(file)
    this.#files.close(end)
  }
}

function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_ROOM.includes(error.code)
}
