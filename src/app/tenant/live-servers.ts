import { isDeepStrictEqual } from 'node:util'
import type { McpServers } from '../../connectors/mcp/mcp-servers.ts'
import type { McpServerOptions } from '../../connectors/mcp/options.ts'
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
   * @throws PortcullisError `CERTIFICATE_UNUSABLE`, with nothing changed.
   */
  change(next: Declared, servers: McpServers): Promise<ServersChange> {
    const changed = this.#turn.then(() => this.#change(next, servers))
    this.#turn = changed.catch(() => undefined)
    return changed
  }

  async #change(declared: Declared, servers: McpServers): Promise<ServersChange> {
    const before = this.#declared
    const next = this.#takable(declared)
    const names = Object.keys(next)
    const added = names.filter((name) => !Object.hasOwn(before, name))
    const removed = Object.keys(before).filter((name) => !Object.hasOwn(next, name))
    const replaced = names.filter(
      (name) => Object.hasOwn(before, name) && !isDeepStrictEqual(before[name], next[name]),
    )
    const coming = Object.entries(next).filter(
      ([name]) => added.includes(name) || replaced.includes(name),
    )
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

  /**
   * All but servers whose signatures would have to be followed anew: those stay as they are, or
   * out, until the next start. A server must never be there with less than is demanded of it.
   */
  #takable(declared: Declared): Declared {
    const before = this.#declared
    const entries = Object.entries(declared).flatMap(([name, its]) => {
      const was = Object.hasOwn(before, name) ? before[name] : undefined
      if (isDeepStrictEqual(was?.schemapin, its.schemapin)) return [[name, its] as const]
      this.#log.warn('server.needs_restart', { server: name })
      return was === undefined ? [] : [[name, was] as const]
    })
    return Object.fromEntries(entries)
  }

  /** The door that servers ask about tokens knows those it began with. */
  #warnOfSecret(server: string, its: ServerConfig): void {
    if (its.transport === 'stdio' || its.introspectionSecret === undefined) return
    this.#log.warn('server.introspection_unchanged', { server })
  }
}
