/** Reads receipts for the command line, beside a runtime or without one. */
import { existsSync } from 'node:fs'
import { PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT, type Tenant } from '../kernel/identity/tenant.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import { rebuildIndex } from '../stores/segments/index-ledger.ts'
import {
  type LedgerReader,
  type ReceiptLog,
  type ReceiptQuery,
  readLedger,
} from '../stores/segments/read-ledger.ts'
import { ledgerChanges } from './ledger-changes.ts'

/** Told how much of the segments is in the index, where it takes long to make it. */
export type OnIndexing = (leaves: number, share: number) => void

export interface ReadOptions {
  onIndexing?: OnIndexing
  /** Whose log; that of `default` where nobody says. */
  readonly tenant?: Tenant
}

/** How long an export waits for a signature over what it exports, in milliseconds. */
export const HEAD_WAIT_MS = 5_000

export function findReceipts(
  directory: string,
  query: ReceiptQuery,
  options: ReadOptions = {},
): readonly Receipt[] {
  const { tenant = DEFAULT_TENANT } = options
  return reading(directory, (reader) => [...reader.of(tenant).receipts(query)], options)
}

/** When the last receipt was written; nothing where there is none that can be read. */
export function lastRecordedAt(directory: string, tenant: Tenant): number | undefined {
  if (!existsSync(directory)) return undefined
  try {
    return findReceipts(directory, { limit: 1, newestFirst: true }, { tenant })[0]?.ts
  } catch (error) {
    // Whoever opens it to write finds out what is wrong, and refuses.
    if (error instanceof PortcullisError) return undefined
    throw error
  }
}

/** One receipt by its id or by its place. */
export function findReceipt(
  directory: string,
  which: string,
  tenant: Tenant = DEFAULT_TENANT,
): Receipt {
  return reading(directory, (reader) => reader.of(tenant).receipt(idOrSeq(which)))
}

/** The last signed checkpoint of the node log. */
export function currentCheckpoint(directory: string): string {
  return reading(directory, (reader) => reader.checkpoint())
}

/**
 * One receipt with its proofs, as text. Waits until a head over it is signed.
 * @throws PortcullisError `LEDGER_HEAD_UNSIGNED` when it waited long enough.
 */
export async function portableReceipt(
  directory: string,
  which: string,
  tenant: Tenant = DEFAULT_TENANT,
): Promise<string> {
  const late = AbortSignal.timeout(HEAD_WAIT_MS)
  const reader = readLedger(directory)
  try {
    for await (const _ of ledgerChanges(directory, late)) {
      reader.refresh()
      const portable = proofOf(reader.of(tenant), which)
      if (portable !== undefined) return portable
    }
    return reader.of(tenant).proof(idOrSeq(which))
  } finally {
    reader.close()
  }
}

function proofOf(log: ReceiptLog, which: string): string | undefined {
  try {
    return log.proof(idOrSeq(which))
  } catch (error) {
    if (error instanceof PortcullisError && error.code === 'LEDGER_HEAD_UNSIGNED') return undefined
    throw error
  }
}

interface FollowQuery extends Pick<ReceiptQuery, 'from' | 'filter'> {
  readonly tenant?: Tenant
}

/**
 * Receipts from a place on, those that are there and then each that becomes durable, in order and
 * each once. Ends when it is told to.
 */
export async function* followReceipts(
  directory: string,
  { from, filter = {}, tenant = DEFAULT_TENANT }: FollowQuery,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const reader = readLedger(directory)
  try {
    let next = from ?? reader.of(tenant).size
    for await (const _ of ledgerChanges(directory, signal)) {
      reader.refresh()
      const log = reader.of(tenant)
      const { size } = log
      yield* log.receipts({ from: next, limit: Number.MAX_SAFE_INTEGER, filter })
      next = Math.max(next, size)
    }
  } finally {
    reader.close()
  }
}

/** Makes the index anew from the segments; returns how many receipts and heads are in it. */
export function reindexLedger(directory: string, options: ReadOptions = {}): number {
  return rebuildIndex(directory, options)
}

/** Opens a ledger, reads from it and closes it. */
export function reading<T>(
  directory: string,
  read: (reader: LedgerReader) => T,
  options: ReadOptions = {},
): T {
  const reader = readLedger(directory, options)
  try {
    return read(reader)
  } finally {
    reader.close()
  }
}

/** No id of ours is all digits: those are places. */
function idOrSeq(which: string): string | number {
  return /^[0-9]{1,15}$/.test(which) ? Number(which) : which
}
