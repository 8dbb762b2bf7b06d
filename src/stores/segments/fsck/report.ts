import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FsckReport, LedgerProblems } from '../../../kernel/receipt/ledger-report.ts'
import type { LogName } from '../ledger-state.ts'
import type { LedgerCheck } from './ledger-check.ts'
import { EMPTY_HEAD, type HeadText } from './log-audit.ts'

/** What a ledger comes to. */
export interface Totals {
  /** The last head of the node that an accepted key signed. */
  readonly head: { readonly note: string; readonly size: number; readonly root: string } | undefined
  readonly logs: readonly (LogName & { readonly head: HeadText })[]
  readonly receipts: number
  readonly pruned: number
  readonly checkpoints: number
  readonly unverified: number
  readonly unfollowed: number
}

export function totalsOf(check: LedgerCheck): Totals {
  const { head, receipts, pruned, checkpoints } = check
  const logs = [...check.logs.values()]
  return {
    ...{ head, receipts, pruned },
    logs: logs.map((log) => ({ ...log.name, head: log.head })),
    ...{ checkpoints: checkpoints.count, unverified: checkpoints.unverified },
    unfollowed: logs.reduce((sum, { links }) => sum + links.unfollowed, 0),
  }
}

export interface ReportedLedger {
  readonly directory: string
  readonly origin: string
  readonly segments: number
  readonly bytes: number
}

export function reportOn(
  { head, logs, ...counts }: Totals,
  problems: LedgerProblems,
  { directory, origin, segments, bytes }: ReportedLedger,
): FsckReport {
  const { size, root } = head ?? EMPTY_HEAD
  return {
    ok: problems.none,
    ...{ origin, size, root },
    ...(head !== undefined && { head: head.note }),
    logs: logs.map((log) => ({
      ...{ origin: log.origin, tenant: log.tenant, size: log.head.size, root: log.head.root },
    })),
    ...counts,
    ...{ segments, bytes },
    quarantined: quarantinedIn(directory),
    problems: problems.list,
    unlisted: problems.unlisted,
  }
}

function quarantinedIn(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, 'quarantine')).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
