import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { removeIndex } from './index-database.ts'
import { LedgerIndex } from './ledger-index.ts'

export interface IndexingOptions {
  /** Called now and then: leaves that are in the index, and how much of the segments is read. */
  onIndexing?(leaves: number, share: number): void
}

/** Brings the index up to what the segments have, and gives it out, still open. */
export function indexLedger(directory: string, options: IndexingOptions = {}): DatabaseSync {
  const index = openWhereAllowed(directory)
  while (index.continue()) options.onIndexing?.(index.leaves, index.share)
  return index.db
}

/** Makes the index of a ledger anew; returns how many leaves are in it. */
export function rebuildIndex(directory: string, options: IndexingOptions = {}): number {
  assertLedger(directory)
  removeIndex(directory)
  const index = LedgerIndex.open(directory)
  try {
    while (index.continue()) options.onIndexing?.(index.leaves, index.share)
    return index.leaves
  } finally {
    index.close()
  }
}

/** @throws PortcullisError `LEDGER_MISSING` */
export function assertLedger(directory: string): void {
  if (existsSync(join(directory, 'segments'))) return
  throw new PortcullisError('LEDGER_MISSING', `no ledger at \`${directory}\``)
}

/** Whoever may only read the segments has an index of its own, in memory. */
const NOT_ALLOWED: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ERR_SQLITE_ERROR']

function openWhereAllowed(directory: string): LedgerIndex {
  try {
    return LedgerIndex.open(directory)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (!NOT_ALLOWED.includes(code)) throw error
    return LedgerIndex.inMemory(directory)
  }
}
