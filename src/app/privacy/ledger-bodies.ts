import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { planLedgerPruning, pruneLedger } from '../parts.ts'
import { reindexLedger } from '../read-receipts.ts'
import type { Bodies } from './retention.ts'

type Signers = Parameters<typeof pruneLedger>[1]['signers']

/**
 * The bodies of receipts in the segments of a ledger; none where it has no segments. Whoever prunes
 * waits for who prunes already: all tenants are in the same files.
 */
export function ledgerBodies(directory: string, signers: () => Signers): Bodies {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    plan: (mayGo) =>
      existsSync(join(directory, 'segments'))
        ? planLedgerPruning(directory, mayGo)
        : { logs: [], segments: [] },
    prune(plan) {
      const pruned = turn.then(async () => {
        await pruneLedger(plan, { directory, signers: signers() })
        // Places have moved, and the words of what went must not be found any more.
        if (plan.segments.length > 0) reindexLedger(directory)
      })
      turn = pruned.catch(() => undefined)
      return pruned
    },
  }
}
