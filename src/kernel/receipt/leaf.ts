import { PortcullisError } from '../errors.ts'
import type { Receipt } from './receipt.ts'
import { receiptText } from './receipt-text.ts'

/** Longest leaf in bytes. Entries of C2SP tlog-tiles end at 64 KiB; receipts are far smaller. */
export const MAX_LEAF_BYTES = 16 * 1024

/** UTF-8 takes at most three bytes for a code unit: shorter texts need no counting. */
const SURELY_FITS = Math.floor(MAX_LEAF_BYTES / 3)

/**
 * The text of a receipt as a leaf. Throws `LEDGER_RECEIPT_REJECTED` for what `parseReceipt` would
 * not read again, and for a leaf that is too long.
 */
export function leafText(receipt: Receipt): string {
  const text = written(receipt)
  if (text.length <= SURELY_FITS) return text
  const bytes = new TextEncoder().encode(text).length
  if (bytes <= MAX_LEAF_BYTES) return text
  throw rejected(`a receipt of ${bytes} bytes is longer than a leaf, ${MAX_LEAF_BYTES}`)
}

function written(receipt: Receipt): string {
  try {
    return receiptText(receipt)
  } catch (cause) {
    if (!(cause instanceof PortcullisError)) throw cause
    throw rejected(cause.message, { cause })
  }
}

function rejected(why: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('LEDGER_RECEIPT_REJECTED', why, options)
}
