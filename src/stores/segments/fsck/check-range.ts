import type { Checkpoint } from '../../../kernel/tlog/checkpoint.ts'
import type { Snapshot } from '../snapshot.ts'
import type { CheckpointEnds } from './checkpoint-memory.ts'
import { judgeByKeys, type SizedKey } from './judge-by-keys.ts'
import { LedgerCheck } from './ledger-check.ts'
import type { HeadText } from './log-audit.ts'
import type { LinkEnds } from './run-links.ts'
import { comesTo } from './snapshot-check.ts'
import { SegmentWalk } from './walk-segments.ts'

/** Segments without a gap between them, and what has to be known to check them. */
export interface RangeTask {
  readonly directory: string
  readonly origin: string
  readonly keys: readonly (string | SizedKey)[]
  readonly remembered?: Checkpoint | undefined
  readonly segments: readonly number[]
  /** The last segment of the ledger in which anything is written. */
  readonly last: number
  /** A writer is at work: what stands behind its last checkpoint is being written. */
  readonly live: boolean
}

/** A range in which all is well, as far as that can be told without those before it. */
export interface SoundRange {
  /** The snapshot of its first segment. */
  readonly begins: Snapshot | undefined
  /** What all segments up to its end come to. */
  readonly ends: Snapshot | undefined
  readonly head?: { readonly note: string; readonly size: number; readonly root: string }
  readonly receipts: number
  readonly pruned: number
  readonly checkpoints: number
  readonly unverified: number
  readonly notes: CheckpointEnds
  readonly logs: readonly RangeLog[]
}

export interface RangeLog {
  readonly log: number
  readonly origin: string
  readonly tenant: string
  readonly head: HeadText
  readonly prunedTo: number
  readonly links: LinkEnds
}

/**
 * Checks one range of segments by itself. It goes on from the sealed snapshot that the range begins
 * with; nothing where anything is wrong or in doubt.
 */
export function checkRange(
  task: RangeTask,
  onProgress?: (bytes: number) => void,
): SoundRange | undefined {
  const { directory, origin, segments, last, live } = task
  const judge = judgeByKeys(task.keys)
  const check = new LedgerCheck({ ...task, judge })
  const [first = 0] = segments
  if (first > 0) check.ask()
  const walk = new SegmentWalk(check, { directory, origin, judge, last, onProgress })
  for (const segment of segments) {
    walk.segment(segment)
    if (!check.problems.none) return undefined
  }
  const isEnd = segments.includes(last)
  if (isEnd ? walk.torn !== undefined && !live : check.unfinished !== undefined) return undefined
  const { checkpoints } = check
  const audits = [...check.logs.values()]
  if (check.node.lost || audits.some(({ links }) => links.broken.length > 0)) return undefined
  return {
    begins: check.begins,
    ends: isEnd ? undefined : comesTo(check, origin),
    ...(check.head && { head: check.head }),
    ...{ receipts: check.receipts, pruned: check.pruned },
    ...{ checkpoints: checkpoints.count, unverified: checkpoints.unverified },
    notes: checkpoints.memory.ends(),
    logs: audits.map(({ name, head, prunedTo, links }) => {
      return { ...name, head: { size: head.size, root: head.root }, prunedTo, links: links.ends() }
    }),
  }
}
