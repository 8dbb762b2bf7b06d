import type {
  NewServer,
  ServerAdded,
  ServerDetail,
  ServerList,
  ServerRemoved,
} from '../../contract/servers.ts'

/** What is done about the servers behind the runtime. Each may throw a `PortcullisError`. */
export interface ServerOperations {
  listServers(): ServerList
  showServer(name: string): ServerDetail
  /** Writes it into the configuration, which is taken up; or throws, and nothing is changed. */
  addServer(server: NewServer): Promise<ServerAdded>
  removeServer(name: string): Promise<ServerRemoved>
}
