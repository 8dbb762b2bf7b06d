import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Connector, Log, McpUpstreams } from '../../pipeline/ports.ts'
import type { McpServerOptions } from './options.ts'
import { ToolDigests } from './tool-digests.ts'
import { Upstream, type UpstreamStatus } from './upstream.ts'

/** A tool as its server defines it, under the server's own name for it. */
export interface UpstreamTool {
  readonly server: string
  readonly tool: string
  /** The tool object of `tools/list`, untouched. */
  readonly definition: JsonObject
}

/** All configured MCP servers. A broken one is reported and tried again; it blocks no other. */
export interface McpServers extends Connector, McpUpstreams {
  /** The same array until something changes. */
  tools(): readonly UpstreamTool[]
  /** Calls `listener` after each change of the tools. Returns what ends that. */
  onToolsChanged(listener: () => void): () => void
  status(): readonly UpstreamStatus[]
  /** Resolves when every server has been tried once. */
  ready(): Promise<void>
  /** Ends every session and every process with its whole group. */
  close(): Promise<void>
}

export interface McpServersOptions {
  readonly log: Log
  /** Is told when a server comes, goes, or declares other tools. */
  readonly report: (event: RecordedEvent) => void
}

export function connectMcpServers(
  servers: Readonly<Record<string, McpServerOptions>>,
  { log, report }: McpServersOptions,
): McpServers {
  const listeners = new Set<() => void>()
  const digests = new ToolDigests()
  let offered: readonly UpstreamTool[] | undefined
  const toolsChanged = () => {
    offered = undefined
    for (const listener of listeners) listener()
  }
  const upstreams = new Map(
    Object.entries(servers).map(([name, options]) => [
      name,
      new Upstream({ name, options, log, report, digests, toolsChanged }),
    ]),
  )
  const all = [...upstreams.values()]
  const known = (server: string) => {
    const upstream = upstreams.get(server)
    if (upstream !== undefined) return upstream
    throw new PortcullisError('UPSTREAM_UNKNOWN', `there is no server \`${server}\``)
  }
  const opened = Promise.all(all.map((upstream) => upstream.open()))

  return {
    async execute(action) {
      if (action.kind === 'tool.call') return known(action.server).call(action)
      if (action.kind === 'mcp.request') {
        const { server, method, args, beside } = action
        return known(server).request({ method, params: { ...beside, ...args } })
      }
      throw new PortcullisError('INTERNAL', `\`${action.kind}\` is nothing to ask of a server`)
    },
    servers: () => [...upstreams.keys()],
    declared: (server) => upstreams.get(server)?.declared,
    about: async (server) => known(server).about(),
    list: (server, page) => known(server).request(page),
    listen: () => undefined,
    leave: () => undefined,
    target(action) {
      if (action.kind !== 'tool.call') return undefined
      const upstream = upstreams.get(action.server)
      const definition = upstream?.tools.get(action.tool)
      const schema = definition && digests.of(definition)
      return upstream && { server: action.server, schema, definition }
    },
    tools() {
      offered ??= [...upstreams].flatMap(([server, { tools }]) =>
        [...tools].map(([tool, definition]) => ({ server, tool, definition })),
      )
      return offered
    },
    onToolsChanged(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    status: () => all.map(({ status }) => status),
    async ready() {
      await opened
    },
    async close() {
      await Promise.all(all.map((upstream) => upstream.close()))
    },
  }
}
