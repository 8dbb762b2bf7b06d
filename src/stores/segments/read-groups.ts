import { PortcullisError } from '../../kernel/errors.ts'
import { FRAME_KINDS, type FrameKind, frameBytes } from './frame.ts'
import { NODE_LOG } from './ledger-state.ts'
import { type Found, framesOfSegment, listSegments, type Position } from './segment-files.ts'

const NEWLINE = 0x0a

/** Where a ledger begins. */
export const LEDGER_START: Position = { segment: 0, offset: 0 }

/** A frame of a group. `hashed` is its kind and body, in memory of its own. */
export interface PlacedFrame {
  readonly at: Position
  readonly log: number
  readonly kind: FrameKind
  readonly hashed: Buffer
  readonly body: Buffer
}

/** Frames that were written at once, up to the checkpoint of the node log that ends them. */
export interface FrameGroup {
  readonly frames: readonly PlacedFrame[]
  /** The checkpoint, and the place of its frame. */
  readonly note: string
  readonly noteAt: Position
  /** The first byte behind the group. */
  readonly end: Position
}

/**
 * The whole groups from a place between two groups on, in order. What follows the last one is
 * either not written yet or torn, and no part of the ledger. A group may still be on its way to the
 * disk: whoever needs it to be durable has to see to that.
 * @throws PortcullisError `LEDGER_CORRUPT` where a segment ends in the middle of a group and
 * another one follows.
 */
export function* readGroups(
  directory: string,
  from: Position = LEDGER_START,
): Generator<FrameGroup> {
  for (let at = from; ; ) {
    at = yield* groupsOfSegment(directory, at)
    const next = listSegments(directory).find((segment) => segment > at.segment)
    if (next === undefined || !isBegun(directory, next)) return
    // What the writer put here after this end was read, and before it began the next segment.
    at = yield* groupsOfSegment(directory, at)
    if (!isAtEnd(directory, at)) {
      const message = `segment ${at.segment} breaks off at byte ${at.offset}`
      throw new PortcullisError('LEDGER_CORRUPT', message)
    }
    at = { segment: next, offset: 0 }
  }
}

/** Returns the place behind the last whole group of a segment. */
function* groupsOfSegment(directory: string, from: Position): Generator<FrameGroup, Position> {
  if (!listSegments(directory).includes(from.segment)) return from
  let frames: PlacedFrame[] = []
  let end = from
  for (const found of framesOfSegment(directory, from)) {
    if ('bad' in found) break
    const frame = copyOf(found)
    if (frame.kind !== FRAME_KINDS.checkpoint || frame.log !== NODE_LOG) {
      frames.push(frame)
      continue
    }
    // Its last byte is the last that is written: before that the group is still being written.
    if (frame.body.at(-1) !== NEWLINE) break
    end = { segment: from.segment, offset: found.at.offset + frameBytes(frame.body.length) }
    yield { frames, note: frame.body.toString('utf8'), noteAt: frame.at, end }
    frames = []
  }
  return end
}

function copyOf({ at, frame }: Exclude<Found, { bad: true }>): PlacedFrame {
  const { log, kind } = frame
  const hashed = Buffer.from(frame.hashed)
  return { at, log, kind, hashed, body: hashed.subarray(1) }
}

/** Has anything been written to the segment? */
function isBegun(directory: string, segment: number): boolean {
  return !isAtEnd(directory, { segment, offset: 0 })
}

function isAtEnd(directory: string, at: Position): boolean {
  return framesOfSegment(directory, at).next().done === true
}
