import type { Resource } from '../../kernel/action.ts'
import type { TenantConfig } from '../config.ts'

/** The space that a resource belongs to, as its server or its namespace is declared. */
export function spacesOf({
  servers,
  memory,
  agents,
}: Pick<TenantConfig, 'servers' | 'memory' | 'agents'>) {
  const ofServers = new Map(Object.entries(servers).map(([name, { space }]) => [name, space]))
  const ofMemory = new Map(Object.entries(memory).map(([name, { space }]) => [name, space]))
  const ofAgents = new Map(Object.entries(agents).map(([name, { space }]) => [name, space]))
  return ({ type, id }: Resource): string | undefined => {
    switch (type) {
      case 'memory':
        return ofMemory.get(id)
      case 'tool':
        return ofServers.get(id.slice(0, id.indexOf('.')))
      case 'agent':
        return ofAgents.get(id)
      case 'space':
        return id
      default:
        // What belongs to no space is the organisation's.
        return undefined
    }
  }
}
