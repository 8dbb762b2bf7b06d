/**
 * What can be wrong with a ledger, in one closed table. The codes are an API; each is explained in
 * `docs/spec/receipts.md`.
 */
export const LEDGER_FAULTS = {
  LEDGER_LEAF_ALTERED: 'a receipt is not the one that was signed',
  LEDGER_RECEIPT_MISSING: 'a receipt was taken out',
  LEDGER_RECEIPT_INVALID: 'what was signed is not a receipt of this log',
  LEDGER_REORDERED: 'something stands in the place of another',
  LEDGER_LINK_BROKEN: 'a receipt does not name the previous one of its run',
  LEDGER_TRUNCATED: 'the last receipts were taken away',
  LEDGER_FORKED: 'the heads differ from those under the remembered checkpoint',
  LEDGER_CHECKPOINT_INVALID: 'a checkpoint is not what the key signed there',
  LEDGER_CHECKPOINT_MISSING: 'no checkpoint ends a group of receipts',
  LEDGER_INDEX_ALTERED: 'what is stored for finding receipts does not match them',
  LEDGER_RECEIPT_ADDED: 'a receipt stands where none was written',
  LEDGER_HEAD_ALTERED: 'the head of a log is not the one that was signed',
  LEDGER_HEAD_MISSING: 'the head of a log was taken out',
  LEDGER_LOG_INVALID: 'which logs there are is not said as it must be',
  LEDGER_SNAPSHOT_ALTERED: 'a segment does not begin with what came before it',
  LEDGER_SEGMENT_MISSING: 'a segment was taken out',
  LEDGER_FRAME_INVALID: 'bytes stand where no frame does',
  LEDGER_TAIL_TORN: 'the end is no whole group: a crash left it, or it was altered',
} as const

export type LedgerFault = keyof typeof LEDGER_FAULTS

/** Most problems that are listed; beyond it they are counted. */
export const MAX_LEDGER_PROBLEMS = 100

/** Where a problem shows first. */
export interface ProblemPlace {
  /** Origin of the log. */
  readonly log?: string
  /** The receipt in that log. */
  readonly seq?: number
  /** The byte in the files. */
  readonly at?: { readonly segment: number; readonly offset: number }
}

/** One thing that is wrong. */
export interface LedgerProblem extends ProblemPlace {
  readonly code: LedgerFault
  readonly message: string
}

/** What became of checking a whole ledger from its segment files. */
export interface FsckReport {
  readonly ok: boolean
  /** Origin of the node's log. */
  readonly origin: string
  /** Heads in the node's log under the last checkpoint that an accepted key signed. */
  readonly size: number
  /** Root of the node's log at that size, in base64. */
  readonly root: string
  /** That checkpoint, as signed: what to remember. Absent when there is none. */
  readonly head?: string
  readonly logs: readonly LogReport[]
  /** How many receipts and checkpoints were checked. */
  readonly receipts: number
  readonly checkpoints: number
  /** Receipts that were taken out when their time was over, and of which the hash is left. */
  readonly pruned: number
  readonly segments: number
  readonly bytes: number
  /** Signatures of keys that are not known here, such as of witnesses. */
  readonly unverified: number
  /** Links to earlier receipts that are out of reach: taken out, or of too many runs ago. */
  readonly unfollowed: number
  /** Files with the torn ends that were set aside when the ledger was opened. */
  readonly quarantined: readonly string[]
  readonly problems: readonly LedgerProblem[]
  /** Problems beyond `MAX_LEDGER_PROBLEMS`. */
  readonly unlisted: number
}

/** A tenant's log in a report. */
export interface LogReport {
  readonly origin: string
  readonly tenant: string
  readonly size: number
  readonly root: string
}

/** Collects problems up to `MAX_LEDGER_PROBLEMS` and counts the rest. */
export class LedgerProblems {
  readonly #list: LedgerProblem[] = []
  #unlisted = 0

  add(code: LedgerFault, message: string, place: ProblemPlace = {}): void {
    if (this.#list.length === MAX_LEDGER_PROBLEMS) this.#unlisted += 1
    else this.#list.push({ code, ...place, message })
  }

  get none(): boolean {
    return this.#list.length === 0
  }

  get list(): readonly LedgerProblem[] {
    return this.#list
  }

  get count(): number {
    return this.#list.length + this.#unlisted
  }

  get unlisted(): number {
    return this.#unlisted
  }
}
