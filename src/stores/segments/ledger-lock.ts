import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5

/** How long a writer waits for who only looks whether there is one, in milliseconds. */
const LOOK_MS = 250

/**
 * Makes this process the one writer of a ledger, or throws `LEDGER_LOCKED`. The lock is that of an
 * exclusive transaction on a file of its own: readers don't meet it, and the operating
 * system drops it with the process, however that ends. Returns what releases it.
 */
export function lockLedger(directory: string): () => void {
  const lock = new DatabaseSync(join(directory, 'LOCK'), { timeout: LOOK_MS })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (cause) {
    lock.close()
    if (!isBusy(cause)) throw cause
    throw new PortcullisError('LEDGER_LOCKED', `\`${directory}\` has a writer already`, { cause })
  }
}

/** Is a writer at work on the ledger? */
export function hasWriter(directory: string): boolean {
  const file = join(directory, 'LOCK')
  if (!existsSync(file)) return false
  const lock = new DatabaseSync(file, { readOnly: true, timeout: 0 })
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    lock.close()
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY
}
