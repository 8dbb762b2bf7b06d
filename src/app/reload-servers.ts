import type { Tenant } from '../kernel/identity/tenant.ts'
import type { Parts } from './compose.ts'
import { type Config, configDigest } from './config.ts'
import { recordEvent } from './record-event.ts'
import type { ServersChange } from './tenant/live-servers.ts'
import { tenantConfigs } from './tenant/shared.ts'

/**
 * Takes up the `[servers]` of a configuration that was read again, of every tenant that there is:
 * tenants themselves do not come and go. Nothing else of it is taken up.
 */
export async function reloadServers(
  { tenants, shared }: Parts,
  config: Config,
): Promise<ReadonlyMap<Tenant, ServersChange>> {
  const changes = new Map<Tenant, ServersChange>()
  for (const [tenant, { servers: next }] of tenantConfigs(config)) {
    const its = tenants.get(tenant)
    if (its === undefined) continue
    const change = await its.live.change(next, its.servers)
    changes.set(tenant, change)
    const { added, removed, replaced } = change
    if (added.length + removed.length + replaced.length === 0) continue
    shared.log.info('servers.changed', { tenant, ...change })
    const digest = configDigest({ ...its.config, servers: next })
    const event = { name: 'config.loaded', detail: 'servers', ...(digest && { digest }) } as const
    await recordEvent(its.ports, event)
  }
  return changes
}
