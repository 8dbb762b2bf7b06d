import type { VerifierKey } from '../../kernel/tlog/note.ts'
import { FRAME_KINDS, type Frame, frameBytes } from './frame.ts'
import { isSealedLogName, Replay } from './replay.ts'
import { framesOfSegment, listSegments, type Position } from './segment-files.ts'
import { readSnapshot, type Snapshot, stateOf } from './snapshot.ts'

/** A group of frames that was found whole, and the checkpoint of the node log that ends it. */
export interface FoundGroup {
  readonly note: string
  /** The first byte, and the first behind it. */
  readonly begin: Position
  readonly end: Position
}

/** What the frames from one segment on come to. */
export interface Scan {
  readonly replay: Replay
  /** The last group, and the one before it. */
  readonly groups: readonly FoundGroup[]
  /** Do frames, or what is none, follow the last group? */
  readonly rest: boolean
}

/**
 * A segment of which the snapshot is passed over: what it should say is known otherwise. It is
 * going to be sealed again, so whose logs are declared has to be sealed too.
 */
export interface PassedOver {
  readonly segment: number
  /** Length of its frame. */
  readonly bytes: number
}

/**
 * Reads groups from the snapshot at the beginning of a segment on, to the first that does not hold
 * together or up to `end`. Nothing where the segment begins with no snapshot that one of the keys
 * sealed; that of the very first segment, which says that nothing came before, needs no seal.
 */
export function scanGroups(
  directory: string,
  from: {
    readonly segment: number
    readonly keys: readonly VerifierKey[]
    readonly end?: Position
    readonly over?: PassedOver
  },
): Scan | undefined {
  const { segment: first, end, over } = from
  const replay = beginReplay(directory, first, from.keys)
  if (replay === undefined) return undefined
  const groups: FoundGroup[] = []
  let rest = false
  for (const segment of listSegments(directory).filter((number) => number >= first)) {
    let begin: Position = { segment, offset: 0 }
    const offset = segment === over?.segment ? over.bytes : 0
    for (const found of framesOfSegment(directory, { segment, offset })) {
      if (end !== undefined && !isBefore(found.at, end)) return { replay, groups, rest: false }
      const isFirst = segment === first && found.at.offset === 0
      const isDoubtful =
        over !== undefined && 'frame' in found && isUnsealed(found.frame, from.keys)
      const isBad = 'bad' in found || isDoubtful
      const taken = isBad ? 'invalid' : isFirst ? 'frame' : replay.take(found.frame)
      if (taken === 'invalid' || 'bad' in found) return { replay, groups, rest: true }
      rest = taken === 'frame'
      if (taken === 'frame') continue
      const after = { segment, offset: found.at.offset + frameBytes(found.frame.body.length) }
      groups.splice(0, groups.length - 1)
      groups.push({ note: taken.group, begin, end: after })
      begin = after
    }
    if (rest) break
  }
  return { replay, groups, rest }
}

function beginReplay(
  directory: string,
  segment: number,
  keys: readonly VerifierKey[],
): Replay | undefined {
  for (const found of framesOfSegment(directory, { segment, offset: 0 })) {
    const read = 'frame' in found ? readSnapshot(found.frame) : undefined
    if (read === undefined) return undefined
    const { snapshot } = read
    const isOurs = keys.some(({ name }) => name === snapshot.logs[0]?.origin)
    const isTrusted = isOurs && read.isSealedBy(keys)
    const isTrustedOrFirst = isTrusted || (segment === 0 && isNew(snapshot))
    return isTrustedOrFirst ? new Replay(stateOf(snapshot), snapshot.open) : undefined
  }
  return undefined
}

/** Is it the declaration of a log that none of the keys sealed? */
function isUnsealed({ kind, body }: Frame, keys: readonly VerifierKey[]): boolean {
  return kind === FRAME_KINDS.log && !isSealedLogName(Buffer.from(body).toString('utf8'), keys)
}

/** Says it that nothing came before? */
function isNew({ logs, open }: Snapshot): boolean {
  return logs.length === 1 && logs[0]?.size === 0 && open.length === 0
}

export function isBefore(a: Position, b: Position): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
}
