import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import { watchClock } from '../../pipeline/clock-watch.ts'
import type { Ids, Ledger } from '../../pipeline/ports.ts'
import type { OpenLedger } from '../../stores/segments/open-ledger.ts'
import { lastRecordedAt } from '../read-receipts.ts'

interface Place {
  readonly ledger: OpenLedger
  readonly ledgerPlace: string
  readonly ids: Ids
}

/**
 * The log of each of these tenants, with an eye on the clock. Through one of them nothing can be
 * written anywhere else.
 */
export function tenantLedgers(
  tenants: readonly Tenant[],
  { ledger, ledgerPlace, ids }: Place,
): (tenant: Tenant) => Ledger {
  const logs = new Map(
    tenants.map((tenant) => {
      const last = lastRecordedAt(ledgerPlace, tenant)
      return [tenant, watchClock(ledger.of(tenant), { ids, last })] as const
    }),
  )
  return (tenant) => {
    const log = logs.get(tenant)
    if (log !== undefined) return log
    throw new PortcullisError('TENANT_UNKNOWN', 'no tenant of that name is declared')
  }
}
