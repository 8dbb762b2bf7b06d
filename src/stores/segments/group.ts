import type { LogName, OpenAction } from './ledger-state.ts'
import type { Position } from './segment-files.ts'

/** What goes to the disk at once, under one checkpoint of the node log. */
export interface Group {
  /** Leaf frames, one behind the other. */
  readonly frames: Buffer
  /** The hash of each leaf, one behind the other. */
  readonly hashes: Buffer
  /** How many logs the leaves are of. */
  readonly logs: number
  /** Logs that have their first leaf in this group. */
  readonly declared: readonly LogName[]
  /** Checkpoints that are on the disk already, with more signatures. */
  readonly cosigned: readonly string[]
  /** Which heads of tenants get a signature of their own. */
  readonly signHeads: 'none' | 'some' | 'all'
  /** All leaves tell of the end of something: they may use up the last room. */
  readonly concluding: boolean
  /** Actions without outcome before this group, where it begins a segment. */
  readonly open?: readonly OpenAction[]
}

/** How things stand after a group. */
export interface Standing {
  /** Where the next group goes, and how many bytes its segment has left. */
  readonly at: Position
  readonly room: number
  /** Logs whose last head has no signature of its own. */
  readonly unsigned: number
  /** No more room can be had than what is kept for the end of what was begun. */
  readonly full: boolean
}

/** The group is on the disk under this checkpoint; or, for want of room, nothing of it is. */
export type CommitAnswer =
  | {
      readonly type: 'committed'
      readonly note: string
      /** Hashes of the heads that were added to the node log. */
      readonly heads: Uint8Array
      readonly standing: Standing
    }
  | { readonly type: 'refused'; readonly standing: Standing }

/** What a ledger comes to when it is opened. */
export interface OpenedLedger {
  readonly note: string
  readonly logs: readonly (LogName & { readonly size: number })[]
  readonly open: readonly OpenAction[]
  readonly standing: Standing
  /** The checkpoint that was published last. */
  readonly published?: string
  /** The edge of the node log: its size, and the roots of its complete subtrees, widest first. */
  readonly node: { readonly size: number; readonly subtrees: readonly Uint8Array[] }
  /** What crashes left and no receipt tells of yet: names in `quarantine/`. */
  readonly unreported: readonly string[]
}

/** Most heads that one group signs, unless it signs all: signing must not hold up receipts. */
export const HEADS_AT_ONCE = 16

/** Bytes of the declaration of a log, at most. */
const DECLARATION_BYTES = 2_048

/** Most bytes that a group can come to, without the snapshot that may go before it. */
export function groupBound(group: Group, unsigned: number, origin: string): number {
  const { frames, logs, declared, cosigned, signHeads } = group
  const all = logs + unsigned
  const signed = { none: 0, some: Math.min(all, HEADS_AT_ONCE), all }[signHeads]
  const notes = cosigned.reduce((sum, note) => sum + 3 * note.length + 16, 0)
  const heads = (logs + signed + 1) * headBound(origin)
  return frames.length + heads + notes + declared.length * (DECLARATION_BYTES + origin.length)
}

/** Bytes of a leaf of the node log or of a checkpoint with two signatures, at most. */
function headBound(origin: string): number {
  return 3 * (origin.length + 32) + 512
}
