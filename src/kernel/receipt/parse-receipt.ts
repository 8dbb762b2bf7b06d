import { PortcullisError } from '../errors.ts'
import { canonical } from './canonical.ts'
import type { Receipt } from './receipt.ts'
import { receiptText } from './receipt-text.ts'

/**
 * Reads the text of a leaf. Throws `RECEIPT_INVALID` unless it is the canonical text of a receipt:
 * any other spelling could read differently elsewhere.
 */
export function parseReceipt(leaf: string): Receipt {
  const value = parseJson(leaf)
  // Only a receipt with members of a later version is another text than its fast form.
  if (fastForm(value) === leaf || canonicalForm(value) === leaf) return value as Receipt
  throw new PortcullisError('RECEIPT_INVALID', 'the leaf is not in canonical form')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PortcullisError('RECEIPT_INVALID', 'the leaf is not JSON', { cause })
  }
}

/** Throws unless the value has the members of a receipt, each of its type. */
function fastForm(value: unknown): string {
  try {
    return receiptText(value)
  } catch (cause) {
    if (!(cause instanceof PortcullisError)) throw cause
    throw new PortcullisError('RECEIPT_INVALID', cause.message, { cause })
  }
}

function canonicalForm(value: unknown): string {
  try {
    return canonical(value)
  } catch (cause) {
    if (!(cause instanceof PortcullisError)) throw cause
    throw new PortcullisError('RECEIPT_INVALID', cause.message, { cause })
  }
}
