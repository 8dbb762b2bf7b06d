import { join } from 'node:path'

/** The ledger of a data directory. */
export function ledgerFile(dataDir: string): string {
  return join(dataDir, 'ledger.db')
}

/** What policies read of decided requests, sealed. */
export function requestsFile(dataDir: string): string {
  return join(dataDir, 'requests.db')
}

/** The policy versions that came into force. */
export function versionsDirectory(dataDir: string): string {
  return join(dataDir, 'policy-versions')
}

/** Where the counts are kept, and the ledger that they are of. */
export function usagePlace(dataDir: string) {
  return { file: join(dataDir, 'usage.db'), ledgerFile: ledgerFile(dataDir) }
}
