/** Looks at the bytes of segments where frames do not tell. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { PortcullisError } from '../../../kernel/errors.ts'
import { claimedCheckpoint } from '../../../kernel/tlog/checkpoint.ts'
import { FRAME_HEAD_BYTES, FRAME_KINDS } from '../frame.ts'
import { frameAt, type Position, segmentFile } from '../segment-files.ts'
import type { LedgerJudge } from './judge-by-keys.ts'

const CHUNK_BYTES = 1024 * 1024
const ZEROS = Buffer.alloc(CHUNK_BYTES)

export function sizeOf(directory: string, segment: number): number {
  return statSync(segmentFile(directory, segment)).size
}

/** The first chunk from a place on in which anything is written; nothing where all is zero. */
export function firstWritten(directory: string, from: Position): Position | undefined {
  for (const { at, bytes } of chunksFrom(directory, from, 0)) {
    if (!bytes.equals(ZEROS.subarray(0, bytes.length))) return at
  }
  return undefined
}

/**
 * The first frame behind a place of its segment that is a checkpoint of the node which an accepted
 * key signed. It is searched for byte by byte, since nothing tells where frames begin.
 */
export function findCheckpoint(
  directory: string,
  behind: Position,
  { origin, judge }: { origin: string; judge: LedgerJudge },
): Position | undefined {
  // Log number 0, the kind, and how the text of the checkpoint begins.
  const mark = Buffer.concat([
    Buffer.from([0, 0, 0, 0, FRAME_KINDS.checkpoint]),
    Buffer.from(`${origin}\n`),
  ])
  const from = { ...behind, offset: behind.offset + 1 }
  for (const { at, bytes } of chunksFrom(directory, from, mark.length)) {
    for (let found = bytes.indexOf(mark); found >= 0; found = bytes.indexOf(mark, found + 1)) {
      // The length stands before the number of the log.
      const offset = at.offset + found - FRAME_HEAD_BYTES / 2
      const frame = { ...at, offset }
      if (offset > behind.offset && isSigned(directory, frame, judge)) return frame
    }
  }
  return undefined
}

function isSigned(directory: string, at: Position, judge: LedgerJudge): boolean {
  try {
    const { body } = frameAt(directory, at)
    const note = Buffer.from(body).toString('utf8')
    judge.head(note, claimedCheckpoint(note).size)
    return true
  } catch (error) {
    if (error instanceof PortcullisError) return false
    throw error
  }
}

/** The bytes of a segment from a place on; each chunk goes on `overlap` bytes into the next. */
function* chunksFrom(
  directory: string,
  { segment, offset }: Position,
  overlap: number,
): Generator<{ at: Position; bytes: Buffer }> {
  const file = openSync(segmentFile(directory, segment), 'r')
  try {
    const { size } = fstatSync(file)
    for (let start = offset; start < size; start += CHUNK_BYTES) {
      const bytes = Buffer.alloc(Math.min(CHUNK_BYTES + overlap, size - start))
      readSync(file, bytes, 0, bytes.length, start)
      yield { at: { segment, offset: start }, bytes }
    }
  } finally {
    closeSync(file)
  }
}
