import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import { FRAME_HEAD_BYTES, type Frame, MAX_FRAME_BYTES, readFrame } from './frame.ts'
import { type Position, readBytes, segmentFile } from './segment-files.ts'

/** Segments that are kept open. */
const FILES_OPEN = 16

/** Bytes of most leaves. */
const FIRST_READ_BYTES = 2_048

/** Reads single frames of a ledger in any order. */
export class SegmentReader {
  readonly #directory: string
  readonly #files = new Map<number, number>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** The frame at a place; throws `LEDGER_CORRUPT` where there is none. */
  frame(at: Position): Frame {
    const file = this.#file(at.segment)
    const bytes = readBytes(file, at.offset, FIRST_READ_BYTES)
    let frame = readFrame(bytes, 0)
    if (frame === 'short' && bytes.length > FRAME_HEAD_BYTES) {
      const length = Math.min(bytes.readUInt32BE(0), MAX_FRAME_BYTES)
      frame = readFrame(readBytes(file, at.offset, FRAME_HEAD_BYTES + length), 0)
    }
    if (typeof frame !== 'string') return frame
    const message = `there is no frame at byte ${at.offset} of segment ${at.segment}`
    throw new PortcullisError('LEDGER_CORRUPT', message)
  }

  /**
   * Returns once all that can be read of a segment is on the disk, whoever wrote it: what others
   * are told then outlives a power cut.
   */
  sync(segment: number): void {
    fdatasyncSync(this.#file(segment))
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file)
    this.#files.clear()
  }

  #file(segment: number): number {
    const open = this.#files.get(segment)
    if (open !== undefined) return open
    const [oldest] = this.#files
    if (oldest !== undefined && this.#files.size >= FILES_OPEN) {
      this.#files.delete(oldest[0])
      closeSync(oldest[1])
    }
    const file = openSync(segmentFile(this.#directory, segment), 'r')
    this.#files.set(segment, file)
    return file
  }
}
