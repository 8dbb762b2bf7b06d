import { isDeepStrictEqual } from 'node:util'
import type { McpServers } from '../../connectors/mcp/mcp-servers.ts'
import type { McpServerOptions } from '../../connectors/mcp/options.ts'
import type { ServerConfig } from '../config.ts'
import type { Certificates } from '../tls/certificates.ts'
import { reachServers } from '../tls/reach-servers.ts'
import type { OpenSignatures } from '../tools/open-signatures.ts'

type Declared = Readonly<Record<string, ServerConfig>>

/** What a reload did, by the names of servers. */
export interface ServersChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly replaced: readonly string[]
}

/** A change of which nothing can fail any more. Either is called, once. */
export interface PreparedServers {
  readonly change: ServersChange
  /** Resolves when those that come have been tried once. */
  take(): Promise<void>
  drop(): void
}

/** What runs as it is declared. */
export interface Running {
  readonly servers: Pick<McpServers, 'add' | 'remove'>
  readonly signatures: Pick<OpenSignatures, 'prepare'>
}

/** The servers that a tenant declares now. A reload changes them while the runtime goes on. */
export class LiveServers {
  readonly #certificates: Certificates
  #declared: Declared

  constructor(declared: Declared, certificates: Certificates) {
    this.#declared = declared
    this.#certificates = certificates
  }

  get declared(): Declared {
    return this.#declared
  }

  find(name: string): ServerConfig | undefined {
    return Object.hasOwn(this.#declared, name) ? this.#declared[name] : undefined
  }

  /**
   * Others in their place, ready to be taken; those that are declared as before will go on
   * undisturbed. What is prepared is taken or dropped before the next is prepared.
   * @throws PortcullisError `CERTIFICATE_UNUSABLE`, `SIGNER_FILE_INVALID`, `FILE_UNREADABLE`,
   * `KEY_PINS_UNAVAILABLE`, with nothing changed.
   */
  async prepare(next: Declared, { servers, signatures }: Running): Promise<PreparedServers> {
    const change = changeOf(this.#declared, next)
    const { added, removed, replaced } = change
    const coming = [...added, ...replaced].flatMap((name) => {
      const its = next[name]
      return its === undefined ? [] : [[name, its] as const]
    })
    const reached: Readonly<Record<string, McpServerOptions>> = await reachServers(
      Object.fromEntries(coming),
      this.#certificates,
    )
    const signers = signatures.prepare(next)
    return {
      change,
      drop: () => signers.drop(),
      take: async () => {
        this.#declared = next
        // First: a server is never there with less than is demanded of it.
        signers.take()
        for (const name of removed) void servers.remove(name)
        const tried = Object.entries(reached).map(([name, its]) => servers.add(name, its))
        await Promise.all(tried)
      },
    }
  }
}

function changeOf(before: Declared, next: Declared): ServersChange {
  const names = Object.keys(next)
  const isThere = (name: string) => Object.hasOwn(before, name)
  return {
    added: names.filter((name) => !isThere(name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(next, name)),
    replaced: names.filter((name) => isThere(name) && !isDeepStrictEqual(before[name], next[name])),
  }
}
