import type { Tenant } from '../kernel/identity/tenant.ts'
import type { Receipt } from '../kernel/receipt/receipt.ts'
import { ApprovalDesk } from '../pipeline/approvals/desk.ts'
import type { Clock, Ids, Ledger, Log, PolicySource } from '../pipeline/ports.ts'
import type { LedgerReader } from '../stores/segments/read-ledger.ts'
import type { TenantConfig } from './config.ts'
import { stateFile } from './data-files.ts'
import { openApprovals } from './parts.ts'
import type { Privacy } from './privacy/open-privacy.ts'
import { systemAlarm } from './system-ports.ts'

interface DeskParts {
  readonly tenant: Tenant
  readonly privacy: Privacy
  readonly reader: LedgerReader
  readonly log: Log
  readonly ledger: Ledger
  readonly policies: PolicySource
  readonly clock: Clock
  readonly ids: Ids
}

/** Where held actions wait, kept in the data directory. */
export function openApprovalDesk({ dataDir, approvals: limits }: TenantConfig, parts: DeskParts) {
  const { tenant, policies, privacy, reader, ...rest } = parts
  const ledger = reader.of(tenant)
  const store = openApprovals(stateFile(dataDir), {
    ...{ tenant, seal: privacy.seal },
    pseudonymOf: ({ id, run }) => subjectAsked(ledger.receipts({ ...ALL, filter: { run } }), id),
  })
  const policyVersion = () => policies.current().version
  const approvals = new ApprovalDesk({ ...rest, store, alarm: systemAlarm, policyVersion, limits })
  // Whatever waits for consent about somebody who is erased is void at once.
  privacy.erasures.onErased(() => approvals.tick())
  return {
    approvals,
    async close() {
      await approvals.close()
      store.close()
    },
  }
}

const ALL = { limit: Number.MAX_SAFE_INTEGER }

/** Whom a request is about, as the decision says that held the action. */
function subjectAsked(receipts: Iterable<Receipt>, request: string): string | undefined {
  for (const { approval, in: input } of receipts) {
    if (approval?.request === request && input?.subject !== undefined) return input.subject
  }
  return undefined
}
