import type { Action } from '../kernel/action.ts'
import { unreachable } from '../kernel/errors.ts'
import type { Assurances } from '../pipeline/ports.ts'
import type { TenantConfig } from './config.ts'
import type { LiveServers } from './tenant/live-servers.ts'

/**
 * What can be proved today: of agents nothing but their credential, of receipts that they are
 * durable or, where there are witnesses, can be waited for to be witnessed, and of servers and
 * namespaces what the operator says of them.
 */
export function configuredAssurances(
  config: Pick<TenantConfig, 'memory'>,
  servers: Pick<LiveServers, 'find'>,
  isWitnessed: boolean,
): Assurances {
  const namespaces = new Map(Object.entries(config.memory))
  const fulfilledBy = (action: Action): readonly string[] => {
    switch (action.kind) {
      case 'tool.call':
      case 'mcp.request':
      case 'client.request':
        return servers.find(action.server)?.fulfils ?? []
      case 'memory.read':
      case 'memory.write':
        return namespaces.get(action.namespace)?.fulfils ?? []
      case 'storage.read':
      case 'storage.write':
      case 'storage.delete':
      case 'storage.list':
      case 'acl.show':
      case 'acl.grant':
      case 'acl.revoke':
      case 'acl.replace':
      case 'admin.call':
        return []
      default:
        return unreachable(action)
    }
  }
  return {
    of: (_identity, action) => ({
      ...{ tier: 'none', stepUps: [] },
      finality: isWitnessed ? 'witnessed' : 'durable',
      fulfils: fulfilledBy(action),
    }),
  }
}
