import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { SAMPLE_SIGNER } from './sample-log.ts'
import { decisionDraft, effectDraft, refusalDraft } from './sample-receipts.ts'
import { silentLog } from './silent-log.ts'

/** Decisions, their outcomes and refusals in a few runs; the last decision has no outcome. */
export function sampleDrafts(count: number): ReceiptDraft[] {
  const drafts = Array.from({ length: count }, (_, i) => {
    const run = `run-${i % 3}`
    if (i % 5 === 0) return decisionDraft(`d${i}`, run)
    return i % 5 === 2 ? effectDraft(`e${i}`, `d${i - 2}`, run) : refusalDraft(`r${i}`, run)
  })
  return [...drafts, decisionDraft('last')]
}

/** Appends to a ledger in groups of 1, 2 … `groupLimit`, and closes it. */
export async function writeLedger(
  directory: string,
  drafts: readonly ReceiptDraft[],
  groupLimit = 6,
): Promise<void> {
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log: silentLog, inline: {} })
  for (
    let start = 0, size = 1;
    start < drafts.length;
    start += size, size = (size % groupLimit) + 1
  ) {
    const group = drafts.slice(start, start + size)
    await Promise.all(group.map((draft) => ledger.append(draft)))
  }
  await ledger.close()
}

/** A ledger of this many receipts and one. */
export function writeSampleLedger(
  directory: string,
  count: number,
  groupLimit?: number,
): Promise<void> {
  return writeLedger(directory, sampleDrafts(count), groupLimit)
}
