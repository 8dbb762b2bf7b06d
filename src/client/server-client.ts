import type { AdminRoute } from '../contract/admin-api.ts'
import type {
  NewServer,
  ServerAdded,
  ServerDetail,
  ServerList,
  ServerRemoved,
} from '../contract/servers.ts'

export type {
  NewServer,
  ServerAdded,
  ServerDetail,
  ServerList,
  ServerRemoved,
  ServerView,
} from '../contract/servers.ts'

/** The servers behind a running runtime. */
export interface ServerClient {
  listServers(): Promise<ServerList>
  showServer(name: string): Promise<ServerDetail>
  addServer(server: NewServer): Promise<ServerAdded>
  removeServer(name: string): Promise<ServerRemoved>
}

/** How long a server may take to be there, with what is recorded, in milliseconds. */
export const SERVER_CHANGE_TIMEOUT_MS = 30_000

interface Call {
  readonly method: AdminRoute['method']
  readonly timeoutMs?: number
  readonly path: string
  readonly body?: object
}

export function serverClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const path = (name: string) => `/v1/servers/${encodeURIComponent(name)}`
  const change = { method: 'POST', timeoutMs: SERVER_CHANGE_TIMEOUT_MS } as const
  return {
    listServers: () => json({ method: 'GET', path: '/v1/servers' }),
    showServer: (name: string) => json({ method: 'GET', path: path(name) }),
    addServer: (body: NewServer) => json({ ...change, path: '/v1/servers', body }),
    removeServer: (name: string) => json({ ...change, path: `${path(name)}/remove` }),
  }
}
