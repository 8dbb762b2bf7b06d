import type { DatabaseSync } from 'node:sqlite'
import type { LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { GrownLogs } from './grown-logs.ts'
import { IndexComparison, type IndexDifference } from './index-comparison.ts'
import { isIndexDamage, openIndexToRead } from './index-database.ts'
import { readProgress } from './index-progress.ts'
import { readGroups } from './read-groups.ts'
import { isBefore } from './scan-groups.ts'

export interface IndexVerdict {
  /** Leaves of all logs that were compared; nothing where there is no index. */
  readonly leaves: number | undefined
  /** The first thing that is wrong. */
  readonly problem?: LedgerProblem
}

/**
 * Compares the index with the segments, row by row, as far as the index has come: it may lag, and
 * there may be none. The segments have to hold: they are what is right.
 * @throws PortcullisError `LEDGER_CORRUPT` where they do not.
 */
export function checkIndex(directory: string): IndexVerdict {
  let db: DatabaseSync | undefined
  try {
    db = openIndexToRead(directory)
    return db === undefined ? { leaves: undefined } : compare(db, directory)
  } catch (error) {
    if (!isIndexDamage(error)) throw error
    return { leaves: 0, problem: problemOf(error.message) }
  } finally {
    db?.close()
  }
}

function compare(db: DatabaseSync, directory: string): IndexVerdict {
  // From here on nobody who continues it is seen.
  db.exec('BEGIN')
  const { at } = readProgress(db, directory)
  const logs = new GrownLogs()
  const comparison = new IndexComparison(db)
  const verdict = (difference: IndexDifference | undefined) => {
    const { leaves } = comparison
    if (difference === undefined) return { leaves }
    const { why, log, seq } = difference
    const origin = logs.all.find((each) => each.log === log)?.origin
    const place = {
      ...(origin !== undefined && { log: origin }),
      ...(seq !== undefined && { seq }),
    }
    return { leaves, problem: { ...problemOf(why), ...place } }
  }
  for (const group of readGroups(directory)) {
    if (isBefore(at, group.end)) break
    const difference = comparison.compare(logs.take(group))
    if (difference !== undefined) return verdict(difference)
  }
  return verdict(comparison.end())
}

function problemOf(why: string): LedgerProblem {
  const message = `${why}; \`portcullis ledger reindex\` makes the index anew`
  return { code: 'LEDGER_INDEX_ALTERED', message }
}
