import { isDeepStrictEqual } from 'node:util'
import type { McpServers } from '../../connectors/mcp/mcp-servers.ts'
import type { McpServerOptions } from '../../connectors/mcp/options.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { ServerConfig } from '../config.ts'
import type { Certificates } from '../tls/certificates.ts'
import { reachServers } from '../tls/reach-servers.ts'

type Declared = Readonly<Record<string, ServerConfig>>

/** What a reload did, by the names of servers. */
export interface ServersChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly replaced: readonly string[]
}

/** The servers that a tenant declares now. A reload changes them while the runtime goes on. */
export class LiveServers {
  readonly #certificates: Certificates
  readonly #log: Log
  #declared: Declared
  #turn: Promise<unknown> = Promise.resolve()

  constructor(declared: Declared, certificates: Certificates, log: Log) {
    this.#declared = declared
    this.#certificates = certificates
    this.#log = log
  }

  get declared(): Declared {
    return this.#declared
  }

  find(name: string): ServerConfig | undefined {
    return Object.hasOwn(this.#declared, name) ? this.#declared[name] : undefined
  }

  /**
   * Puts others in their place; those that are declared as before go on undisturbed. Reloads come
   * one after the other.
   * @throws PortcullisError `CERTIFICATE_UNUSABLE`, `SERVER_NEEDS_RESTART`, with nothing changed.
   */
  change(next: Declared, servers: McpServers): Promise<ServersChange> {
    const changed = this.#turn.then(() => this.#change(next, servers))
    this.#turn = changed.catch(() => undefined)
    return changed
  }

  async #change(next: Declared, servers: McpServers): Promise<ServersChange> {
    const before = this.#declared
    const names = Object.keys(next)
    const added = names.filter((name) => !Object.hasOwn(before, name))
    const removed = Object.keys(before).filter((name) => !Object.hasOwn(next, name))
    const replaced = names.filter(
      (name) => Object.hasOwn(before, name) && !isDeepStrictEqual(before[name], next[name]),
    )
    const coming = Object.entries(next).filter(
      ([name]) => added.includes(name) || replaced.includes(name),
    )
    for (const [name, its] of coming) checkUnsigned(name, its)
    const reached: Readonly<Record<string, McpServerOptions>> = await reachServers(
      Object.fromEntries(coming),
      this.#certificates,
    )
    this.#declared = next
    for (const name of removed) void servers.remove(name)
    for (const [name, options] of Object.entries(reached)) void servers.add(name, options)
    for (const [name, its] of coming) this.#warnOfSecret(name, its)
    return { added, removed, replaced }
  }

  /** The door that servers ask about tokens knows those it began with. */
  #warnOfSecret(server: string, its: ServerConfig): void {
    if (its.transport === 'stdio' || its.introspectionSecret === undefined) return
    this.#log.warn('server.introspection_unchanged', { server })
  }
}

/** Who verifies signatures is set up at the start: what is required would not be asked for. */
function checkUnsigned(name: string, { schemapin }: ServerConfig): void {
  if (schemapin === undefined || schemapin.level === 'off') return
  const message = `server \`${name}\` is to sign its tools, which begins with a start`
  throw new PortcullisError('SERVER_NEEDS_RESTART', message)
}
