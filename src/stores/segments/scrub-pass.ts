import type { LedgerProblem } from '../../kernel/receipt/ledger-report.ts'
import { frameBytes } from './frame.ts'
import { judgeByKeys, type SizedKey } from './fsck/judge-by-keys.ts'
import { LedgerCheck } from './fsck/ledger-check.ts'
import { listSegments, readFrames } from './segment-files.ts'

/** What a pass reads again: all under the head that is durable when it begins. */
export interface PassOptions {
  readonly directory: string
  readonly origin: string
  readonly keys: readonly SizedKey[]
  /** Size of the node's log up to which the writer has had its syncs. */
  readonly upTo: number
  /** Told of each stretch of bytes that was read; false ends the pass. */
  wentOn(bytes: number): boolean
}

/**
 * Reads the ledger again from its beginning and returns what is wrong with it. What the writer has
 * not acknowledged yet is not looked at.
 */
export function scrubPass(options: PassOptions): readonly LedgerProblem[] {
  const { directory, origin, keys, upTo, wentOn } = options
  const check = new LedgerCheck({ origin, judge: judgeByKeys(keys) })
  if (upTo === 0 || listSegments(directory)[0] !== 0) return check.problems.list
  for (const found of readFrames(directory)) {
    if ('bad' in found) {
      check.problems.add('LEDGER_FRAME_INVALID', 'no frame can be read here', { at: found.at })
      return check.problems.list
    }
    check.frame(found.at, found.frame)
    const isOver = (check.head?.size ?? 0) >= upTo || !check.problems.none
    if (isOver || !wentOn(frameBytes(found.frame.body.length))) return check.problems.list
  }
  const message = `${upTo} heads are durable, and here are ${check.head?.size ?? 0}`
  check.problems.add('LEDGER_TRUNCATED', message)
  return check.problems.list
}
