import { leafText } from '../../src/kernel/receipt/leaf.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { decisionDraft, effectDraft } from '../../test/support/sample-receipts.ts'

/** Runs that receipts are spread over. */
const RUNS = 256

const decision = decisionDraft('decision')
const effect = effectDraft('effect', 'decision')

/** The n-th receipt: decisions that are held and outcomes in turn, so that none stays open. */
export function draftOf(n: number): ReceiptDraft {
  const id = `01a1ff0b-191f-7ff4-a108-${String(n).padStart(12, '0')}`
  const run = `run-${n % RUNS}`
  return n % 2 === 0 ? { ...decision, id, run, effect: { state: 'held' } } : { ...effect, id, run }
}

/** The receipts from one number up to another. */
export function draftsOf(from: number, to: number): readonly ReceiptDraft[] {
  return Array.from({ length: to - from }, (_, index) => draftOf(from + index))
}

/** The same as leaves, for those that are given bytes. */
export function leavesOf(count: number): readonly Buffer[] {
  const prev = Buffer.alloc(32, 7).toString('base64')
  const place = { v: 1, log: 'portcullis.example/test/l/0123456789abcdef', prev } as const
  return Array.from({ length: count }, (_, seq) =>
    Buffer.from(leafText({ ...draftOf(seq), ...place, seq })),
  )
}
