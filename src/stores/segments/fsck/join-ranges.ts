import type { RangeLog, SoundRange } from './check-range.ts'
import { CheckpointMemory } from './checkpoint-memory.ts'
import type { Totals } from './report.ts'
import { RunLinks } from './run-links.ts'
import { isSameButPruned } from './snapshot-check.ts'

/** A log over all ranges so far. */
interface JoinedLog {
  readonly links: RunLinks
  prunedTo: number
}

/**
 * What ranges come to that were checked each by itself, in order; nothing where two of them do not
 * fit together: then the ledger has to be checked from its beginning to know what is wrong.
 */
export function joinRanges(ranges: readonly SoundRange[]): Totals | undefined {
  const logs = new Map<number, JoinedLog>()
  const notes = new CheckpointMemory()
  for (const [index, range] of ranges.entries()) {
    const before = ranges[index - 1]
    if (before !== undefined && !goesOn(before, range, logs)) return undefined
    if (!notes.join(range.notes)) return undefined
    if (!range.logs.every((log) => joinLog(logs, log))) return undefined
  }
  const sum = (of: (range: SoundRange) => number) => ranges.reduce((all, it) => all + of(it), 0)
  return {
    head: ranges.findLast(({ head }) => head !== undefined)?.head,
    logs: ranges.at(-1)?.logs ?? [],
    receipts: sum(({ receipts }) => receipts),
    pruned: sum(({ pruned }) => pruned),
    checkpoints: sum(({ checkpoints }) => checkpoints),
    unverified: sum(({ unverified }) => unverified),
    unfollowed: [...logs.values()].reduce((all, { links }) => all + links.unfollowed, 0),
  }
}

/** Does a range begin with what those before it come to? */
function goesOn(
  { ends }: SoundRange,
  { begins }: SoundRange,
  logs: ReadonlyMap<number, JoinedLog>,
): boolean {
  return begins !== undefined && ends !== undefined && isSameButPruned(begins, ends, logs)
}

function joinLog(logs: Map<number, JoinedLog>, { log, links, prunedTo }: RangeLog): boolean {
  const joined = logs.get(log) ?? { links: new RunLinks(), prunedTo: 0 }
  logs.set(log, joined)
  joined.prunedTo = Math.max(joined.prunedTo, prunedTo)
  return joined.links.join(links)
}
