import { SERVER_ITSELF, serverDefinition } from '../../kernel/tools/fingerprint.ts'
import type { AboutServer } from '../../pipeline/ports.ts'
import type { connectMcpServers } from '../parts.ts'
import type { ShadowWatch } from './shadow-watch.ts'
import type { ToolDesk } from './tool-desk.ts'

export type McpServers = ReturnType<typeof connectMcpServers>

/**
 * The same servers, all of whose lists the desk sees before anybody else. What a server says of
 * itself is shown only while it is trusted: a model reads its instructions with every request.
 */
export function trustedServers(
  servers: McpServers,
  { desk, shadows }: { readonly desk: ToolDesk; readonly shadows: ShadowWatch },
): McpServers {
  const trusted = (server: string, about: AboutServer) => {
    const definition = definitionOf(about)
    const { state } = desk.standing({ server, tool: SERVER_ITSELF, definition })
    return state === 'trusted' ? about : withheld(server, about)
  }
  servers.onToolsChanged(() => {
    desk.listed(servers.tools())
    shadows.look()
  })
  return {
    execute: (action, identity, around) => servers.execute(action, identity, around),
    target: (action, caller) => servers.target?.(action, caller),
    servers: () => servers.servers(),
    declared(server) {
      const about = servers.declared?.(server)
      return about && trusted(server, about)
    },
    about: async (server, client) => trusted(server, await servers.about(server, client)),
    list: (server, page, asker) => servers.list(server, page, asker),
    listen: (client) => servers.listen(client),
    leave: (client) => servers.leave(client),
    tools: () => servers.tools(),
    onToolsChanged(listener) {
      const ends = [servers.onToolsChanged(listener), desk.onChange(listener)]
      return () => {
        for (const end of ends) end()
      }
    },
    add: (name, options) => servers.add(name, options),
    remove: (name) => servers.remove(name),
    status: () => servers.status(),
    ready: () => servers.ready(),
    close: () => servers.close(),
  }
}

/** One object for one answer: its fingerprint is made once. */
const DEFINITIONS = new WeakMap<AboutServer, ReturnType<typeof serverDefinition>>()

function definitionOf(about: AboutServer) {
  const { serverInfo, instructions } = about
  const known =
    DEFINITIONS.get(about) ??
    serverDefinition({ serverInfo, ...(instructions !== undefined && { instructions }) })
  DEFINITIONS.set(about, known)
  return known
}

function withheld(server: string, about: AboutServer): AboutServer {
  const { protocolVersion, capabilities, serverInfo } = about
  const { version } = serverInfo
  const named = { name: server, version: typeof version === 'string' ? version : '' }
  return { protocolVersion, capabilities, serverInfo: named, beside: {} }
}
