import { LabelBook } from '../kernel/labels/label-book.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import type { ReceiptFilter } from '../kernel/receipt/receipt-filter.ts'
import type { LabelsConfig } from './config.ts'

/** Receipts that can be asked for by what they say. */
interface Receipts {
  receipts(query: { readonly limit: number; readonly filter: ReceiptFilter }): Iterable<Receipt>
}

/** The labels that runs have by what the receipts of a ledger say at this time. */
export function readLabels(ledger: Receipts, { windowMs }: LabelsConfig, now: number): LabelBook {
  const book = new LabelBook({ windowMs })
  const filter = { label: '*', since: now - windowMs }
  const labelling = ledger.receipts({ limit: Number.MAX_SAFE_INTEGER, filter })
  for (const receipt of labelling) book.apply(receipt)
  book.settleOpen()
  return book
}
