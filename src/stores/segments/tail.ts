import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import { type Checkpoint, openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import type { VerifierKey } from '../../kernel/tlog/note.ts'
import { FRAME_KINDS, frameBytes, readFrame } from './frame.ts'
import { NODE_LOG } from './ledger-state.ts'
import { listSegments, type Position, segmentFile } from './segment-files.ts'

/** Least that a disk writes at once, in bytes: of a torn write it has each such part or not. */
const SECTOR_BYTES = 512

/** How the line of a signature begins, and how long it is at most. */
const SIGNATURE_BEGIN = Buffer.from('\u2014 ', 'utf8')
const MAX_SIGNATURE = 1024

const CHUNK_BYTES = 1024 * 1024
const ZEROS = Buffer.alloc(CHUNK_BYTES)

/** What stands behind the last whole group: the bytes up to the last one that is not zero. */
export interface Tail {
  readonly at: Position
  readonly bytes: Buffer
}

/** All that was written from a place on, for each segment that has something. */
export function tailsFrom(directory: string, from: Position): readonly Tail[] {
  return listSegments(directory).flatMap((segment) => {
    if (segment < from.segment) return []
    const at = { segment, offset: segment === from.segment ? from.offset : 0 }
    const bytes = writtenFrom(directory, at)
    return bytes.length === 0 ? [] : [{ at, bytes }]
  })
}

/** The last segment in which anything is written; nothing in a new ledger. */
export function lastWritten(directory: string): number | undefined {
  return listSegments(directory).findLast((segment) => isWritten(directory, segment))
}

function isWritten(directory: string, segment: number): boolean {
  for (const chunk of chunksFrom(directory, { segment, offset: 0 })) {
    if (!isZero(chunk)) return true
  }
  return false
}

/**
 * Is the tail what is left of a write that a crash cut off? Nobody heard of what was in it: the
 * writer acknowledges nothing before the whole of it is on the disk. A process that dies leaves the
 * beginning of a group; a power cut any parts of it, with zeros where the others belong. Anything
 * else, above all a checkpoint of our own behind bytes that do not fit it, is damage to what was
 * acknowledged.
 */
export function isTorn(
  { at, bytes }: Tail,
  keys: readonly VerifierKey[],
  valid: Pick<Checkpoint, 'size'>,
): boolean {
  const [only, second] = laterCheckpoints(bytes, keys, valid.size)
  if (second !== undefined) return false
  const rest = only && bytes.subarray(only.end)
  // One signature of two may be whole, and the other torn.
  if (rest !== undefined && !isRestOfNote(rest)) return false
  return hasHole(at.offset, bytes) || (rest?.length !== 0 && isBeginning(bytes))
}

/** Is this nothing, or a signature that was cut off? What follows a note begins with a length. */
function isRestOfNote(rest: Buffer): boolean {
  if (rest.length === 0) return true
  const dash = SIGNATURE_BEGIN.subarray(0, rest.length)
  return rest.length < MAX_SIGNATURE && rest.subarray(0, dash.length).equals(dash)
}

/** Are these the first bytes of a group, and not all of it? */
function isBeginning(bytes: Buffer): boolean {
  for (let offset = 0; offset < bytes.length; ) {
    const frame = readFrame(bytes, offset)
    if (typeof frame === 'string') return frame === 'short'
    offset += frameBytes(frame.body.length)
    const isHead = frame.kind === FRAME_KINDS.checkpoint && frame.log === NODE_LOG
    if (isHead) return false
  }
  return true
}

/** Where notes begin and end that a key of ours signed for a larger tree. */
export function laterCheckpoints(
  bytes: Buffer,
  keys: readonly VerifierKey[],
  size: number,
): readonly { readonly end: number }[] {
  const found: { end: number }[] = []
  const text = bytes.toString('latin1')
  for (const note of text.matchAll(NOTE)) {
    const end = note.index + note[0].length
    const claimed = bytes.toString('utf8', note.index, end)
    if (keys.some((key) => (sizeUnder(claimed, key) ?? 0) > size)) found.push({ end })
  }
  return found
}

// A checkpoint as bytes: origin, size, root, an empty line, lines that begin with a dash in UTF-8.
const NOTE =
  /[^\s{}"]{1,300}\n\d{1,16}\n[A-Za-z0-9+/]{43}=\n\n(?:\u00e2\u0080\u0094 [^\n]{1,600}\n)+/g

function sizeUnder(note: string, key: VerifierKey): number | undefined {
  // Bytes before the origin may look like a part of it.
  const start = note.lastIndexOf(key.name, note.indexOf('\n'))
  if (start === -1) return undefined
  try {
    return openCheckpoint(note.slice(start), key).size
  } catch (error) {
    if (error instanceof PortcullisError) return undefined
    throw error
  }
}

/** Is there a sector, or what a write covers of its first one, in which nothing was written? */
function hasHole(offset: number, bytes: Buffer): boolean {
  const toSector = (SECTOR_BYTES - (offset % SECTOR_BYTES)) % SECTOR_BYTES
  // A length begins with zeros: of so few bytes it cannot be said, and a crash is the likelier.
  if (toSector > 0 && isZero(bytes.subarray(0, toSector))) return true
  for (let start = toSector; start + SECTOR_BYTES <= bytes.length; start += SECTOR_BYTES) {
    if (isZero(bytes.subarray(start, start + SECTOR_BYTES))) return true
  }
  return false
}

function writtenFrom(directory: string, at: Position): Buffer {
  const chunks = [...chunksFrom(directory, at)]
  const last = chunks.findLastIndex((chunk) => !isZero(chunk))
  return withoutEndingZeros(Buffer.concat(chunks.slice(0, last + 1)))
}

/** The bytes of a segment from a place on; those that are zero take no memory. */
function* chunksFrom(directory: string, at: Position): Generator<Buffer> {
  const file = openSync(segmentFile(directory, at.segment), 'r')
  try {
    const { size } = fstatSync(file)
    for (let offset = at.offset; offset < size; offset += CHUNK_BYTES) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - offset))
      readSync(file, chunk, 0, chunk.length, offset)
      yield isZero(chunk) ? ZEROS.subarray(0, chunk.length) : chunk
    }
  } finally {
    closeSync(file)
  }
}

function withoutEndingZeros(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, end)
}

function isZero(bytes: Buffer): boolean {
  return bytes.equals(bytes.length === CHUNK_BYTES ? ZEROS : ZEROS.subarray(0, bytes.length))
}
