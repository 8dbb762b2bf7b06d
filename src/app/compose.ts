import { DEFAULT_TENANT, type Tenant } from '../kernel/identity/tenant.ts'
import type { Gate, Log } from '../pipeline/ports.ts'
import { createTenantGate } from '../pipeline/tenant-gate.ts'
import { administrationGate } from './admin/administration-gate.ts'
import { type Closing, closing } from './closing.ts'
import type { Config } from './config.ts'
import { openTenant, type TenantParts } from './tenant/open-tenant.ts'
import { openShared, type Shared } from './tenant/shared.ts'

/** Everything that a configuration asks for, connected and not yet listening. */
export interface Parts {
  readonly shared: Shared
  /** Each with its own ports, `default` first. */
  readonly tenants: ReadonlyMap<Tenant, TenantParts>
  /** The tenant `default`: the installation's own receipts are in its log. */
  readonly home: TenantParts
  /** What doors are handed: it knows whose request it is by what the credential proves. */
  readonly gate: Gate
  /** The same for the doors of operators. */
  readonly adminGate: Gate
  close(): Promise<void>
}

/**
 * Connects the parts. Rejects when one of them can't stand: keys that others may read, a ledger
 * that does not verify, a policy with a mistake. Nothing listens then.
 */
export async function compose(config: Config, log: Log): Promise<Parts> {
  const opened = closing()
  try {
    return await connect(config, log, opened)
  } catch (error) {
    await opened.close().catch((failure: Error) => {
      log.error('runtime.unclosed', { reason: failure.message })
    })
    throw error
  }
}

async function connect(config: Config, log: Log, opened: Closing): Promise<Parts> {
  const shared = await openShared(config, log, opened)
  const home = await openTenant(DEFAULT_TENANT, shared, opened)
  const tenants = new Map([[DEFAULT_TENANT, home]])
  for (const tenant of shared.configs.keys()) {
    if (tenant !== DEFAULT_TENANT) tenants.set(tenant, await openTenant(tenant, shared, opened))
  }
  const ports = new Map([...tenants].map(([tenant, its]) => [tenant, its.ports]))
  const gate = createTenantGate({ identities: shared.identities, tenants: ports, home: home.ports })
  const adminGate = administrationGate({ shared, tenants, home })
  return { shared, tenants, home, gate, adminGate, close: () => opened.close() }
}
