import { existsSync } from 'node:fs'
import { holdsAfter } from '../../kernel/privacy/hold-receipts.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import type { Log } from '../../pipeline/ports.ts'
import { HoldFile } from './hold-file.ts'

export interface HoldsOptions {
  /** It can be deleted: the ledger has all that is in it. */
  readonly file: string
  readonly tenant: string
  /** Name of the log whose receipts say which holds stand. */
  readonly origin: string
  readonly past: {
    /** How many receipts there are. */
    size(): number
    /** Those from an index on that say that a hold was added or removed, and perhaps others. */
    holds(from: number): readonly Receipt[]
  }
  readonly log: Log
}

/**
 * The holds as the ledger has them. Where the file is not there or not good, all receipts are read;
 * where the ledger is older than the file, whatever either of them knows of stands.
 * @throws PortcullisError `DATA_KEYS_UNAVAILABLE`, `LEDGER_*`: who does not know the holds deletes
 * nothing.
 */
export function openHolds({ file, tenant, origin, past, log }: HoldsOptions): HoldFile {
  const holds = openOrAnew(file, log)
  try {
    const { accounted } = holds
    const size = past.size()
    const isOurs = accounted === undefined || accounted.origin === origin
    const isBehind = isOurs && accounted !== undefined && accounted.size <= size
    const before = isOurs ? holds.all : []
    const receipts = past.holds(isBehind ? accounted.size : 0)
    holds.replace(holdsAfter(before, receipts, tenant), { origin, size })
    if (!isBehind) log.info('holds.read_again', { holds: holds.all.length })
    return holds
  } catch (error) {
    holds.close()
    throw error
  }
}

function openOrAnew(file: string, log: Log): HoldFile {
  const isThere = existsSync(file)
  try {
    return new HoldFile(file)
  } catch (error) {
    if (!isThere) throw error
    log.warn('holds.rebuilt', { reason: String(error) })
    HoldFile.remove(file)
    return new HoldFile(file)
  }
}
