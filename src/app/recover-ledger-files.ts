/** What `portcullis ledger recover` does with a ledger whose runtime is stopped. */

import type { LedgerProblem } from '../kernel/receipt/ledger-report.ts'
import { type Checkpoint, claimedCheckpoint } from '../kernel/tlog/checkpoint.ts'
import { DISK } from '../stores/segments/files.ts'
import { judgeByKeys } from '../stores/segments/fsck/judge-by-keys.ts'
import { planRepair, type RepairPlan, repairLedger } from '../stores/segments/repair-ledger.ts'
import { findLedger, keysOf, type LedgerPlace, openHead } from './ledger-files.ts'
import { readTextFile } from './text-files.ts'

export interface RecoverOptions {
  /** Do it: without, it is only said what would be done. */
  readonly yes?: boolean
  /** A copy of the ledger: its directory or the data directory. */
  readonly from?: string
  /** A file with a head that was seen earlier. */
  readonly head?: string
}

/** What is, was or would be done; places are bytes in segments. */
export interface RecoverOutcome {
  readonly ledger: string
  /** Does the ledger hold now, or would it? */
  readonly ok: boolean
  readonly done: boolean
  readonly action: 'sound' | 'none' | 'cut' | 'replace'
  /** Why nothing can be done. */
  readonly why?: string
  readonly problems: readonly LedgerProblem[]
  /** The last head that stays, which everything kept is under. */
  readonly keeps?: { readonly size: number; readonly origin: string }
  readonly quarantines: readonly {
    readonly segment: number
    readonly offset: number
    readonly bytes?: number
  }[]
}

/** @throws PortcullisError `LEDGER_MISSING`, and with `yes` `LEDGER_LOCKED`. */
export function recoverLedgerFiles(place: LedgerPlace, options: RecoverOptions): RecoverOutcome {
  const { directory } = place
  const { origin, keys } = keysOf(place)
  const { yes = false, from, head } = options
  const about = {
    ...{ directory, origin, keys },
    ...(from !== undefined && { from: findLedger({ ledger: from }).directory }),
    ...(head !== undefined && { remembered: openHead(readTextFile(head), judgeByKeys(keys)) }),
  }
  const plan = yes ? repairLedger(DISK, about) : planRepair(about)
  return outcomeOf(plan, directory, yes)
}

function outcomeOf({ report, repair }: RepairPlan, ledger: string, yes: boolean): RecoverOutcome {
  const { kind: action } = repair
  const about = { ledger, action, problems: report.problems, quarantines: [] }
  switch (repair.kind) {
    case 'sound':
      return { ...about, ok: true, done: false, ...keeping(report.head) }
    case 'none':
      return { ...about, ok: false, done: false, why: repair.why }
    case 'cut': {
      const quarantines = repair.tails.map(({ at, bytes }) => ({ ...at, bytes: bytes.length }))
      return { ...about, ok: true, done: yes, quarantines, ...keeping(repair.keeps) }
    }
    case 'replace': {
      const quarantines = repair.segments.map(({ segment }) => ({ segment, offset: 0 }))
      return { ...about, ok: true, done: yes, quarantines, ...keeping(repair.keeps) }
    }
  }
}

function keeping(note: string | undefined): Pick<RecoverOutcome, 'keeps'> {
  if (note === undefined) return {}
  const { size, origin }: Checkpoint = claimedCheckpoint(note)
  return { keeps: { size, origin } }
}
