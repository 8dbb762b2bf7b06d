import { join } from 'node:path'
import type { Tenant } from '../kernel/identity/tenant.ts'
import { ApprovalDesk } from '../pipeline/approvals/desk.ts'
import type { Clock, Ids, Ledger, Log, PolicySource } from '../pipeline/ports.ts'
import type { Config } from './config.ts'
import { openApprovals } from './parts.ts'
import { systemAlarm } from './system-ports.ts'

interface DeskParts {
  readonly tenant: Tenant
  readonly log: Log
  readonly ledger: Ledger
  readonly policies: PolicySource
  readonly clock: Clock
  readonly ids: Ids
}

/** Where held actions wait, kept in the data directory. */
export function openApprovalDesk({ dataDir, approvals: limits }: Config, parts: DeskParts) {
  const { tenant, policies, ...rest } = parts
  const store = openApprovals(join(dataDir, 'state.db'), { tenant })
  const policyVersion = () => policies.current().version
  const approvals = new ApprovalDesk({ ...rest, store, alarm: systemAlarm, policyVersion, limits })
  return {
    approvals,
    async close() {
      await approvals.close()
      store.close()
    },
  }
}
