import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { SAMPLE_SIGNER } from './sample-log.ts'
import { silentLog } from './silent-log.ts'

/** Writes drafts to a ledger, so many at once, and closes it. The tenants take turns. */
export async function writeSampleSegments(
  directory: string,
  drafts: readonly ReceiptDraft[],
  { atOnce, tenants = ['default'] }: { atOnce: number; tenants?: readonly string[] },
): Promise<void> {
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log: silentLog, inline: {} })
  for (let start = 0; start < drafts.length; start += atOnce) {
    const group = drafts.slice(start, start + atOnce)
    await Promise.all(
      group.map((draft, at) => {
        const tenant = tenants[(start + at) % tenants.length] ?? 'default'
        return ledger.of(tenant).append(draft)
      }),
    )
  }
  await ledger.close()
}
