import type { Resource } from '../../kernel/action.ts'
import type { TenantConfig } from '../config.ts'
import type { LiveServers } from './live-servers.ts'

/** The space that a resource belongs to, as its server or its namespace is declared. */
export function spacesOf(
  { memory, agents }: Pick<TenantConfig, 'memory' | 'agents'>,
  servers: Pick<LiveServers, 'find'>,
) {
  const ofMemory = new Map(Object.entries(memory).map(([name, { space }]) => [name, space]))
  const ofAgents = new Map(Object.entries(agents).map(([name, { space }]) => [name, space]))
  return ({ type, id }: Resource): string | undefined => {
    switch (type) {
      case 'memory':
        return ofMemory.get(id)
      case 'tool':
        return servers.find(id.slice(0, id.indexOf('.')))?.space
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
