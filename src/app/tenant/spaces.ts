import type { Resource } from '../../kernel/action.ts'
import type { TenantConfig } from '../config.ts'

/** The space that a resource belongs to, as its server or its namespace is declared. */
export function spacesOf({ servers, memory }: Pick<TenantConfig, 'servers' | 'memory'>) {
  const ofServers = new Map(Object.entries(servers).map(([name, { space }]) => [name, space]))
  const ofMemory = new Map(Object.entries(memory).map(([name, { space }]) => [name, space]))
  return ({ type, id }: Resource): string | undefined =>
    type === 'memory' ? ofMemory.get(id) : ofServers.get(id.slice(0, id.indexOf('.')))
}
