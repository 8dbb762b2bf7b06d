import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { type OpenLedger, openLedger } from '../../src/stores/segments/open-ledger.ts'
import { SAMPLE_SIGNER } from './sample-log.ts'
import { silentLog } from './silent-log.ts'

/** A ledger of the sample key, open for appending in this thread. */
export function openSampleSegments(directory: string): Promise<OpenLedger> {
  const signers = { active: SAMPLE_SIGNER }
  return openLedger({ directory, signers, log: silentLog, inline: {} })
}

/** Writes drafts to a ledger, so many at once, and closes it. The tenants take turns. */
export async function writeSampleSegments(
  directory: string,
  drafts: readonly ReceiptDraft[],
  { atOnce, tenants = ['default'] }: { atOnce: number; tenants?: readonly string[] },
): Promise<void> {
  const ledger = await openSampleSegments(directory)
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
