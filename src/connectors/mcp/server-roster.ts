import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Log } from '../../pipeline/ports.ts'
import { McpServer } from './mcp-server.ts'
import type { McpServerOptions } from './options.ts'
import { ToolDigests } from './tool-digests.ts'

/** A tool as its server defines it, under the server's own name for it. */
export interface UpstreamTool {
  readonly server: string
  readonly tool: string
  /** The tool object of `tools/list`, untouched. */
  readonly definition: JsonObject
}

export interface McpServersOptions {
  readonly log: Log
  /** Is told when a server comes, goes, or declares other tools. */
  readonly report: (event: RecordedEvent) => void
  /** How often servers are asked for their tools, in milliseconds. */
  readonly relistMs?: number
}

/** Which servers there are. They come and go while others are at work. */
export class ServerRoster {
  readonly digests = new ToolDigests()
  readonly #options: McpServersOptions
  readonly #servers = new Map<string, McpServer>()
  readonly #leaving = new Set<McpServer>()
  readonly #listeners = new Set<() => void>()
  #offered: readonly UpstreamTool[] | undefined
  #closed = false

  constructor(options: McpServersOptions) {
    this.#options = options
  }

  get names(): readonly string[] {
    return [...this.#servers.keys()]
  }

  get all(): readonly McpServer[] {
    return [...this.#servers.values()]
  }

  find(name: string): McpServer | undefined {
    return this.#servers.get(name)
  }

  /** @throws PortcullisError `UPSTREAM_UNKNOWN`. */
  known(name: string): McpServer {
    const server = this.#servers.get(name)
    if (server !== undefined) return server
    throw new PortcullisError('UPSTREAM_UNKNOWN', `there is no server \`${name}\``)
  }

  /** In place of one of that name. Resolves when it was tried once. */
  async add(name: string, options: McpServerOptions): Promise<void> {
    if (this.#closed) return
    void this.remove(name)
    const { digests } = this
    const toolsChanged = () => this.#changed()
    const server = new McpServer({ ...this.#options, name, options, digests, toolsChanged })
    this.#servers.set(name, server)
    await server.open()
  }

  /** Resolves when what was under way has ended, or took too long. */
  async remove(name: string): Promise<void> {
    const server = this.#servers.get(name)
    if (server === undefined) return
    this.#servers.delete(name)
    this.#changed()
    this.#leaving.add(server)
    await server.retire().finally(() => this.#leaving.delete(server))
  }

  /** The same array until something changes. */
  tools(): readonly UpstreamTool[] {
    this.#offered ??= [...this.#servers].flatMap(([server, { tools }]) =>
      [...tools].map(([tool, definition]) => ({ server, tool, definition })),
    )
    return this.#offered
  }

  onToolsChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.all, ...this.#leaving].map((server) => server.close()))
  }

  #changed(): void {
    this.#offered = undefined
    for (const listener of this.#listeners) listener()
  }
}
