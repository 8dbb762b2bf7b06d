import { PortcullisError } from '../../kernel/errors.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { openNote, type VerifierKey } from '../../kernel/tlog/note.ts'
import { signedCheckpoint } from './published.ts'
import type { Replay } from './replay.ts'
import { type FoundGroup, type PassedOver, type Scan, scanGroups } from './scan-groups.ts'
import { listSegments } from './segment-files.ts'
import { type Snapshot, snapshotFrameBytes, snapshotOf } from './snapshot.ts'
import { isTorn, lastWritten, type Tail, tailsFrom } from './tail.ts'

/** A ledger as its files have it. */
export interface RecoveredLedger {
  readonly replay: Replay
  /** The last group that is whole and signed. Only it can be such that no sync covers it yet. */
  readonly last: FoundGroup
  /** What a crash left behind that group. */
  readonly torn: Tail | undefined
  /** The snapshot that the last segment should begin with, where it does not. */
  readonly mended?: MendedSnapshot
}

export interface MendedSnapshot {
  readonly segment: number
  readonly snapshot: Snapshot
  /** Length of its frame. */
  readonly bytes: number
}

/** Files with nothing in them yet, but for what a crash left of the very first group. */
export interface NewLedger {
  readonly torn: Tail | undefined
}

/**
 * Finds the place to go on from: behind the last group that ends in a checkpoint of the node log
 * which fits and which one of the keys signed. Reads no further back than it has to.
 * @throws PortcullisError `LEDGER_CORRUPT` where anything before or behind it is not what a crash
 * leaves, `LEDGER_KEY_MISMATCH` where another key signed it.
 */
export function recoverLedger(
  directory: string,
  keys: readonly VerifierKey[],
): RecoveredLedger | NewLedger {
  const segments = listSegments(directory)
  const gap = segments.findIndex((segment, index) => segment !== index)
  if (gap !== -1) throw corrupt(`the segment ${gap} is missing`)
  const written = lastWritten(directory)
  if (written === undefined) return { torn: undefined }
  const recovered = recoverFrom(directory, written, { keys }) ?? stepBack(directory, written, keys)
  if (recovered !== undefined) return recovered
  const torn = soleTail(tailsFrom(directory, { segment: 0, offset: 0 }))
  if (torn?.at.segment === 0 && isTorn(torn, keys, { size: -1 })) return { torn }
  throw corrupt('no group of receipts under a signed checkpoint can be read')
}

/** The segment before, had a crash cut off the first group of the last; or all. */
function stepBack(
  directory: string,
  written: number,
  keys: readonly VerifierKey[],
): RecoveredLedger | undefined {
  try {
    for (const segment of new Set([Math.max(written - 1, 0), 0])) {
      const recovered = recoverFrom(directory, segment, { keys })
      if (recovered !== undefined) return recovered
    }
    return undefined
  } catch (error) {
    const mended = written > 0 ? withoutSnapshot(directory, written, keys) : undefined
    if (mended === undefined) throw error
    return mended
  }
}

/**
 * Goes on from the segment before over a snapshot that is damaged, where all else holds: what it
 * has to say is what that segment comes to, and the last head that our key signed covers the trees
 * of both. Nothing where that can't be told.
 */
function withoutSnapshot(
  directory: string,
  segment: number,
  keys: readonly VerifierKey[],
): RecoveredLedger | undefined {
  const end = { segment, offset: 0 }
  const before = scanGroups(directory, { segment: segment - 1, keys, end })
  if (before === undefined || before.rest) return undefined
  const { state, open } = before.replay
  const snapshot = snapshotOf(state, open.values())
  const mended = { segment, snapshot, bytes: snapshotFrameBytes(snapshot) }
  try {
    const recovered = recoverFrom(directory, segment - 1, { keys, over: mended })
    const isInIt = recovered?.last.end.segment === segment
    return isInIt ? { ...recovered, mended } : undefined
  } catch (error) {
    if (error instanceof PortcullisError) return undefined
    throw error
  }
}

interface RecoverFrom {
  readonly keys: readonly VerifierKey[]
  readonly over?: PassedOver
}

function recoverFrom(
  directory: string,
  segment: number,
  { keys, ...passed }: RecoverFrom,
): RecoveredLedger | undefined {
  const scan = scanGroups(directory, { segment, keys, ...passed })
  const last = scan === undefined ? undefined : lastSigned(scan, keys)
  if (scan === undefined || last === undefined) return undefined
  const torn = soleTail(tailsFrom(directory, last.end))
  const valid = claimedCheckpoint(last.note)
  if (torn !== undefined && !isTorn(torn, keys, valid)) {
    throw corrupt(`what follows checkpoint ${valid.size} was altered and is signed`)
  }
  // The trees went on into what does not count.
  const clean = !scan.rest && last === scan.groups.at(-1)
  const exact = clean ? scan : scanGroups(directory, { segment, keys, ...passed, end: last.end })
  return exact && { replay: exact.replay, last, torn }
}

/** The last group of which a key of ours signed the checkpoint: only one may be torn behind it. */
function lastSigned({ groups }: Scan, keys: readonly VerifierKey[]): FoundGroup | undefined {
  const signed = groups.findLast(({ note }) => signedCheckpoint(note, keys) !== undefined)
  const last = groups.at(-1)
  // One that a crash tore is nobody's.
  if (signed === undefined && last !== undefined && isWellFormed(last.note, keys)) {
    const { origin, size } = claimedCheckpoint(last.note)
    const message = `the checkpoint ${size} of \`${origin}\` is not signed by this key`
    throw new PortcullisError('LEDGER_KEY_MISMATCH', message)
  }
  return signed
}

/** A group is written into one segment: what is left in two was not left by a crash. */
function soleTail(tails: readonly Tail[]): Tail | undefined {
  const [tail, second] = tails
  if (second === undefined) return tail
  throw corrupt(`segments ${tail?.at.segment} and ${second.at.segment} both end in a torn group`)
}

function corrupt(why: string): PortcullisError {
  return new PortcullisError('LEDGER_CORRUPT', `the ledger does not hold together: ${why}`)
}

function isWellFormed(note: string, [key]: readonly VerifierKey[]): boolean {
  try {
    if (key !== undefined) openNote(note, key)
    return true
  } catch (error) {
    return error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED'
  }
}
