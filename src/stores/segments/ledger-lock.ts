import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5

/**
 * Makes this process the one writer of a ledger, or throws `LEDGER_LOCKED`. The lock is that of an
 * exclusive transaction on a file of its own: readers don't meet it, and the operating
 * system drops it with the process, however that ends. Returns what releases it.
 */
export function lockLedger(directory: string): () => void {
  const lock = new DatabaseSync(join(directory, 'LOCK'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (cause) {
    lock.close()
    const busy = cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY
    if (!busy) throw cause
    throw new PortcullisError('LEDGER_LOCKED', `\`${directory}\` has a writer already`, { cause })
  }
}
