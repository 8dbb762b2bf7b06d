import type { Action } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Around, Caller, Connector, McpUpstreams, Target } from '../../pipeline/ports.ts'
import type { McpServerOptions } from './options.ts'
import { type McpServersOptions, ServerRoster, type UpstreamTool } from './server-roster.ts'
import type { UpstreamStatus } from './upstream.ts'

export type { UpstreamTool } from './server-roster.ts'

/** All configured MCP servers. A broken one is reported and tried again; it blocks no other. */
export interface McpServers extends Connector, McpUpstreams {
  /** The same array until something changes. */
  tools(): readonly UpstreamTool[]
  /** Calls `listener` after each change of the tools. Returns what ends that. */
  onToolsChanged(listener: () => void): () => void
  status(): readonly UpstreamStatus[]
  /** Puts a server there, in place of one of that name. Resolves when it was tried once. */
  add(name: string, options: McpServerOptions): Promise<void>
  /** Takes a server away. Resolves when the calls under way have ended, or took too long. */
  remove(name: string): Promise<void>
  /** Resolves when every server has been tried once. */
  ready(): Promise<void>
  /** Ends every session and every process with its whole group. */
  close(): Promise<void>
}

export function connectMcpServers(
  servers: Readonly<Record<string, McpServerOptions>>,
  options: McpServersOptions,
): McpServers {
  const roster = new ServerRoster(options)
  const added = Object.entries(servers).map(([name, its]) => roster.add(name, its))
  const opened = Promise.all(added)
  return {
    execute: (action, identity, around) => execute(roster, action, { ...around, identity }),
    target: (action, caller) => targetOf(roster, action, caller),
    servers: () => roster.names,
    declared: (server) => roster.find(server)?.declared,
    about: async (server, client) => roster.known(server).about(client),
    list: async (server, page, asker) => roster.known(server).list(page, asker),
    listen(client) {
      for (const server of roster.all) server.listen(client)
    },
    leave(client) {
      for (const server of roster.all) server.leave(client)
    },
    tools: () => roster.tools(),
    onToolsChanged: (listener) => roster.onToolsChanged(listener),
    status: () => roster.all.map(({ status }) => status),
    add: (name, its) => roster.add(name, its),
    remove: (name) => roster.remove(name),
    async ready() {
      await opened
    },
    close: () => roster.close(),
  }
}

interface Execution extends Around {
  readonly identity: Identity
}

async function execute(
  roster: ServerRoster,
  action: Action,
  { identity, caller, room, target: checked }: Execution,
): Promise<JsonObject> {
  if (action.kind !== 'tool.call' && action.kind !== 'mcp.request') {
    throw new PortcullisError('INTERNAL', `\`${action.kind}\` is nothing to ask of a server`)
  }
  const server = roster.known(action.server)
  if (checked !== undefined) checkSame(checked, targetOf(roster, action, caller))
  const { args, beside } = action
  if (action.kind === 'mcp.request') {
    const request = { method: action.method, params: { ...beside, ...args } }
    if (!action.method.startsWith('notifications/'))
      return server.request(request, identity, { caller, room })
    await server.notify(request, identity, caller)
    return {}
  }
  server.checkListed(action.tool, caller?.client)
  const params = { ...beside, name: action.tool, arguments: args }
  return server.request({ method: 'tools/call', params }, identity, { caller, room })
}

function targetOf(roster: ServerRoster, action: Action, caller?: Caller): Target | undefined {
  if (action.kind !== 'tool.call' && action.kind !== 'mcp.request') return undefined
  const instance = roster.find(action.server)
  if (instance === undefined) return undefined
  const { server } = action
  if (action.kind === 'mcp.request') return { server, instance }
  const definition = instance.definition(action.tool, caller?.client)
  return { server, instance, schema: definition && roster.digests.of(definition), definition }
}

/** What was judged is carried out, or nothing is. @throws PortcullisError `UPSTREAM_CHANGED`. */
function checkSame(checked: Target, now: Target | undefined): void {
  if (now?.instance === checked.instance && now?.schema === checked.schema) return
  throw new PortcullisError('UPSTREAM_CHANGED', `server \`${checked.server}\` or its tool changed`)
}
