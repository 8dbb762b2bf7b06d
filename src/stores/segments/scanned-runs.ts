import { PortcullisError } from '../../kernel/errors.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import { leafHashOfText } from '../../kernel/tlog/hash.ts'
import { FRAME_KINDS } from './frame.ts'
import { NODE_LOG } from './ledger-state.ts'
import type { LastOfRun } from './receipt-queue.ts'
import { type Position, readFrames } from './segment-files.ts'

/** Says which receipt of a run was the last. */
export interface RunSource {
  readonly lastOfRun: LastOfRun
  /** A receipt with this leaf hash (base64) is on the disk. */
  add(log: number, run: string, leafHash: string): void
}

/**
 * The last leaf of every run, where no index says it: read once from all segments, and kept up.
 * It takes memory for each run that ever was.
 */
export class ScannedRuns implements RunSource {
  readonly #directory: string
  readonly #from: Position | undefined
  #heads: Map<string, string> | undefined

  /** With `from`, only of runs with a receipt from that place on. */
  constructor(directory: string, from?: Position) {
    this.#directory = directory
    this.#from = from
  }

  /** Reads all receipts the first time. Nothing may be under way to the disk then. */
  readonly lastOfRun: LastOfRun = (log, run) => {
    this.#heads ??= this.heads()
    return this.#heads.get(`${log} ${run}`)
  }

  add(log: number, run: string, leafHash: string): void {
    this.#heads?.set(`${log} ${run}`, leafHash)
  }

  /** By log and run, as they are on the disk now. */
  heads(): Map<string, string> {
    const heads = new Map<string, string>()
    for (const found of readFrames(this.#directory, this.#from)) {
      if ('bad' in found) throw new PortcullisError('LEDGER_CORRUPT', 'a frame cannot be read')
      const { log, kind, body } = found.frame
      if (kind !== FRAME_KINDS.leaf || log === NODE_LOG) continue
      const leaf = Buffer.from(body).toString('utf8')
      const { run }: Receipt = JSON.parse(leaf)
      heads.set(`${log} ${run}`, leafHashOfText(leaf))
    }
    return heads
  }
}
