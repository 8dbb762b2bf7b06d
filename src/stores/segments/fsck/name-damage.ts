import type { LedgerFault } from '../../../kernel/receipt/ledger-report.ts'

export interface NamedDamage {
  readonly code: LedgerFault
  readonly seq: number
  readonly message: string
}

/** Most places that are named one by one. */
const MAX_NAMED = 100

/**
 * What became of the leaves from `start` to before `end`, which a signed head covers and which are
 * not what they were. `says` is the `seq` that each leaf found there says it has, negative where it
 * can't be read.
 */
export function nameDamage(start: number, end: number, says: readonly number[]): NamedDamage[] {
  if (says.every((seq, at) => seq === start + at)) return inOrder(start, end, says.length)
  const found = new Set(says)
  const missing: number[] = []
  for (let seq = start; seq < end && missing.length < MAX_NAMED; seq += 1) {
    if (!found.has(seq)) missing.push(seq)
  }
  const odd = says.filter((seq) => seq < start || seq >= end).length
  const twice = says.filter((seq, at) => seq >= start && says.indexOf(seq) !== at)
  const named = [
    // Who can't be read, or says another place, is one of those that are not there.
    ...missing.slice(0, odd).map((seq) => altered(seq)),
    ...missing.slice(odd).map((seq) => gone(seq, seq)),
    ...twice.slice(0, MAX_NAMED).map((seq) => added(seq, `receipt ${seq} stands twice`)),
    ...(odd > missing.length ? [added(end, 'a receipt stands here that was never written')] : []),
  ]
  return named.length > 0 ? named : misplaced(start, says)
}

function inOrder(start: number, end: number, count: number): NamedDamage[] {
  if (start + count < end) return [gone(start + count, end - 1)]
  if (start + count > end) return [added(end, 'a receipt stands here that no head covers')]
  const which = end - start === 1 ? `receipt ${start}` : `one of receipts ${start} to ${end - 1}`
  return [{ ...altered(start), message: `${which} is not what was signed` }]
}

function misplaced(start: number, says: readonly number[]): NamedDamage[] {
  return says.flatMap((seq, at) => {
    const message = `receipt ${seq} stands in place of receipt ${start + at}`
    return seq === start + at ? [] : [{ code: 'LEDGER_REORDERED', seq: start + at, message }]
  })
}

function altered(seq: number): NamedDamage {
  return { code: 'LEDGER_LEAF_ALTERED', seq, message: 'the receipt is not what was signed' }
}

function gone(first: number, last: number): NamedDamage {
  const which = first === last ? `receipt ${first} is` : `receipts ${first} to ${last} are`
  return { code: 'LEDGER_RECEIPT_MISSING', seq: first, message: `${which} missing` }
}

function added(seq: number, message: string): NamedDamage {
  return { code: 'LEDGER_RECEIPT_ADDED', seq, message }
}
