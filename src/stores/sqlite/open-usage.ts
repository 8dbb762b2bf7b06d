import type { Budget } from '../../kernel/budget/budget.ts'
import { UsageBook } from '../../kernel/budget/usage-book.ts'
import type { Receipt } from '../../kernel/receipt/receipt.ts'
import type { Log } from '../../pipeline/ports.ts'
import { UsageFile } from './usage-file.ts'

/** Receipts between two keepings of the counts: so many are read again after a crash. */
export const KEEP_EVERY_RECEIPTS = 2_000

/** The log whose receipts are counted. */
export interface CountedLog {
  /** Its name, so that counts of another are not taken for its own. */
  readonly origin: string
  /** How many receipts it has. */
  readonly size: number
  receipts(query: { readonly from: number; readonly limit: number }): Iterable<Receipt>
}

export interface UsageOptions {
  /** Where the counts are kept. It can be deleted: the ledger has all that is in it. */
  readonly file: string
  readonly ledger: CountedLog
  readonly budgets: Readonly<Record<string, Budget>>
  readonly log: Log
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly keepEvery?: number
}

/** The counts of a runtime while it runs. */
export interface OpenUsage {
  readonly book: UsageBook
  /** Reads a receipt that has become durable. Throws where the counts would miss something. */
  apply(receipt: Receipt): void
  /** Keeps what has been counted, and releases the file. */
  close(): void
}

/**
 * The counts as the ledger has them: what was kept, and the receipts since. Where the file is not
 * there or not good, all receipts are read.
 * @throws PortcullisError `LEDGER_*` when the ledger cannot be read.
 */
export function openUsage(options: UsageOptions): OpenUsage {
  const { file, log, keepEvery = KEEP_EVERY_RECEIPTS } = options
  const { origin } = options.ledger
  const kept = loadKept(options)
  const book = catchUp(options, kept?.book)
  const ahead = kept?.book?.applied ?? 0
  if (ahead > book.applied) log.warn('usage.ahead', { counted: ahead, ledger: book.applied })
  let keptAt = -1
  let usable: UsageFile | undefined = kept?.file
  const keep = (anew: boolean) => {
    try {
      usable ??= UsageFile.open(file)
      usable.keep(origin, book.changes(), { anew })
      book.markKept()
    } catch (error) {
      // Nothing is lost: the receipts are read again at the next start.
      log.warn('usage.unkept', { reason: String(error) })
    }
    keptAt = book.applied
  }
  keep(kept?.book === undefined)
  return {
    book,
    apply(receipt) {
      book.apply(receipt)
      if (book.applied - keptAt >= keepEvery) keep(false)
    },
    close() {
      keep(false)
      usable?.close()
    },
  }
}

/** The counts of a ledger as they are now, beside the runtime or without it. */
export function readUsage(
  options: Pick<UsageOptions, 'file' | 'ledger' | 'budgets' | 'now'>,
): UsageBook {
  return catchUp(options, keptBeside(options.file, options.ledger.origin))
}

function loadKept({ file, ledger, log }: UsageOptions) {
  try {
    const opened = UsageFile.open(file)
    try {
      return { file: opened, book: checked(opened.load(ledger.origin)) }
    } catch (error) {
      opened.close()
      throw error
    }
  } catch (error) {
    log.warn('usage.rebuilt', { reason: String(error) })
    removeUnreadable(file, log)
    return undefined
  }
}

function removeUnreadable(file: string, log: Log): void {
  try {
    UsageFile.remove(file)
  } catch (error) {
    log.warn('usage.unkept', { reason: String(error) })
  }
}

type Kept = ReturnType<UsageFile['load']>

/** Throws where what was kept are no counts. */
function checked(kept: Kept): Kept {
  if (kept !== undefined) new UsageBook({}, kept)
  return kept
}

function keptBeside(file: string, origin: string): Kept {
  let opened: UsageFile | undefined
  try {
    opened = UsageFile.read(file)
    return checked(opened.load(origin))
  } catch {
    // Not there or not good: the ledger says it all, it only takes longer.
    return undefined
  } finally {
    opened?.close()
  }
}

function catchUp(
  { ledger, budgets, now }: Pick<UsageOptions, 'ledger' | 'budgets' | 'now'>,
  kept: Kept,
): UsageBook {
  const { size } = ledger
  if (kept !== undefined && kept.applied > size) {
    // An older copy of the ledger was put back. What was counted stays counted.
    const book = new UsageBook(budgets, { ...kept, applied: size })
    book.spendAllOpen(now)
    return book
  }
  const book = new UsageBook(budgets, kept)
  const rest = { from: book.applied, limit: Number.MAX_SAFE_INTEGER }
  for (const receipt of ledger.receipts(rest)) book.apply(receipt)
  return book
}
