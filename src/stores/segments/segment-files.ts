import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { FRAME_HEAD_BYTES, type Frame, frameBytes, MAX_FRAME_BYTES, readFrame } from './frame.ts'

/** Bytes of a segment when it is made, all zero. */
export const SEGMENT_BYTES = 64 * 1024 * 1024

/** Bytes that are read from a segment at a time. */
const CHUNK_BYTES = 1024 * 1024

/** Bytes of the length that a frame begins with. */
const LENGTH_BYTES = 4

const NAME = /^(\d{10})\.seg$/

/** A place in the ledger: a segment, and a byte in it. */
export interface Position {
  readonly segment: number
  readonly offset: number
}

/** A frame and where it stands; or a place where none does though there should be one. */
export type Found = { readonly at: Position } & ({ readonly frame: Frame } | { readonly bad: true })

/** The file of a segment in the directory of a ledger. */
export function segmentFile(directory: string, segment: number): string {
  return join(directory, 'segments', `${String(segment).padStart(10, '0')}.seg`)
}

/** Numbers of the segments there are, ascending. */
export function listSegments(directory: string): readonly number[] {
  return readdirSync(join(directory, 'segments'))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/**
 * The frames of a ledger from a place on, in order. Ends where nothing was written yet, and after
 * the first place where no frame can be read. A frame's bytes hold until the next is asked for.
 */
export function* readFrames(directory: string, from?: Position): Generator<Found> {
  for (const segment of listSegments(directory)) {
    if (from !== undefined && segment < from.segment) continue
    const offset = from?.segment === segment ? from.offset : 0
    for (const found of framesOfSegment(directory, { segment, offset })) {
      yield found
      if ('bad' in found) return
    }
  }
}

/** The frames of one segment from a place on. */
export function* framesOfSegment(directory: string, from: Position): Generator<Found> {
  const file = openSync(segmentFile(directory, from.segment), 'r')
  try {
    yield* framesOfFile(file, from)
  } finally {
    closeSync(file)
  }
}

function* framesOfFile(file: number, { segment, offset: start }: Position): Generator<Found> {
  const { size } = fstatSync(file)
  const chunk = Math.min(CHUNK_BYTES, size)
  let window = { from: start, bytes: readBytes(file, start, chunk) }
  // In fewer bytes than a length takes there is no frame.
  for (let offset = start; offset + LENGTH_BYTES <= size; ) {
    let read = readFrame(window.bytes, offset - window.from)
    if (read === 'short') {
      const needed = lengthAt(window.bytes, offset - window.from)
      window = { from: offset, bytes: readBytes(file, offset, Math.max(needed, chunk)) }
      read = readFrame(window.bytes, 0)
    }
    if (read === 'end') return
    const at = { segment, offset }
    if (typeof read === 'string') return yield { at, bad: true }
    yield { at, frame: read }
    offset += frameBytes(read.body.length)
  }
}

/** Bytes of the frame that begins here, as far as that can be seen. */
function lengthAt(bytes: Buffer, offset: number): number {
  if (offset + LENGTH_BYTES > bytes.length) return 0
  return FRAME_HEAD_BYTES + Math.min(bytes.readUInt32BE(offset), MAX_FRAME_BYTES)
}

/** At most so many bytes from a place on, fewer only at the end of the file. */
export function readBytes(file: number, from: number, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count)
  let read = 0
  while (read < count) {
    const got = readSync(file, bytes, read, count - read, from + read)
    if (got === 0) break
    read += got
  }
  return bytes.subarray(0, read)
}

/** The one frame at a place; throws `LEDGER_CORRUPT` where there is none. */
export function frameAt(directory: string, at: Position): Frame {
  for (const found of framesOfSegment(directory, at)) {
    if ('frame' in found) return found.frame
    break
  }
  const message = `there is no frame at byte ${at.offset} of segment ${at.segment}`
  throw new PortcullisError('LEDGER_CORRUPT', message)
}
