import type { ServerOperations } from '../../inbound/admin/server-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { atMost } from '../at-most.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'
import type { ServerDesk } from './server-desk.ts'
import { serverDetail, serverView, serverViews } from './server-view.ts'

/** How long an answer waits for a server that was added to be up, in milliseconds. */
export const ADDED_WAIT_MS = 5_000

/** What operators may know of the servers of a tenant, and do about them. */
export function serverOperations(
  parts: TenantParts,
  desk: Pick<ServerDesk, 'add' | 'remove'>,
  by: EventBy,
): ServerOperations {
  const { file } = parts.config
  return {
    listServers: () => ({ servers: [...serverViews(parts)] }),
    showServer: (name) => serverDetail(name, parts),
    async addServer(server) {
      checkLocal(by)
      const { tried } = await desk.add(parts, server, by)
      await atMost(ADDED_WAIT_MS, tried)
      return { file, server: serverView(server.name, parts) }
    },
    async removeServer(name) {
      checkLocal(by)
      await desk.remove(parts, name, by)
      return { name, file }
    },
  }
}

/**
 * What a server names is started as the user of the runtime, and what it refers to is taken from
 * its environment. Who came in over the local socket is that user; nobody else is, in any role.
 */
function checkLocal({ actor }: EventBy): void {
  if (actor.at(-1)?.via === 'admin-socket') return
  throw new PortcullisError('SERVER_LOCAL_ONLY', 'that is done over the local socket alone')
}
