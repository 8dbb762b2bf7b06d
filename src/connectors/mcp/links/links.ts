import { PortcullisError } from '../../../kernel/errors.ts'
import type { AboutClient, Log, McpClient } from '../../../pipeline/ports.ts'
import type { Tools } from '../list-tools.ts'
import type { Reach } from '../open-transport.ts'
import {
  LEFT_LINK_WAIT_MS,
  LINK_IDLE_WAIT_MS,
  LINKS_PER_AGENT_LIMIT,
  LINKS_PER_SERVER_LIMIT,
  PROCESSES_PER_SERVER_LIMIT,
} from '../options.ts'
import { Link } from './link.ts'
import { type LinkedTo, linkKey, ownerOf } from './link-key.ts'
import { LinkTools, type OwnChars } from './link-tools.ts'

export interface LinkLimits {
  readonly perServer: number
  readonly perAgent: number
  /** How long a link that nobody uses is kept, and one that all have left. */
  readonly idleMs: number
  readonly leftMs: number
}

export function defaultLinkLimits(transport: Reach['transport']): LinkLimits {
  return {
    perServer: transport === 'stdio' ? PROCESSES_PER_SERVER_LIMIT : LINKS_PER_SERVER_LIMIT,
    perAgent: LINKS_PER_AGENT_LIMIT,
    idleMs: LINK_IDLE_WAIT_MS,
    leftMs: LEFT_LINK_WAIT_MS,
  }
}

export interface LinksOptions {
  readonly server: string
  readonly to: Reach
  readonly log: Log
  readonly limits: LinkLimits
  /** The tools as the runtime's own link has them. */
  readonly common: () => Tools
  /** Is told when the server says to some agent that its tools are others. */
  readonly toolsChanged?: () => void
}

/** The links of all agents to one server, bounded in number and in idleness. */
export class Links {
  readonly #options: LinksOptions
  readonly #links = new Map<string, Link>()
  readonly #own: OwnChars = { chars: 0 }
  readonly #listeners = new WeakSet<McpClient>()
  /** No longer used, and not yet ended. */
  readonly #ending = new Set<Link>()
  #sweep: NodeJS.Timeout | undefined

  constructor(options: LinksOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#links.size
  }

  /** The link of an agent, if there is one. */
  find(identity: LinkedTo, about: AboutClient): Link | undefined {
    return this.#links.get(linkKey(identity, about))
  }

  /**
   * The link of an agent, a new one if need be. Where there are as many as may be, the one that has
   * been idle for longest gives way.
   * @throws PortcullisError `UPSTREAM_BUSY` when none is idle.
   */
  of(identity: LinkedTo, about: AboutClient): Link {
    const key = linkKey(identity, about)
    const known = this.#links.get(key)
    if (known !== undefined) return known
    const owner = ownerOf(identity)
    this.#makeRoom(owner)
    const { server, to, log, common, toolsChanged } = this.#options
    const tools = new LinkTools(common, this.#own)
    const listeners = this.#listeners
    const link = new Link({ server, to, log, about, owner, tools, listeners, toolsChanged })
    this.#links.set(key, link)
    this.#sweep ??= setTimeout(() => this.#endIdle(), this.#options.limits.leftMs)
    this.#sweep.unref()
    return link
  }

  /** The client hears what the server says over its link, and over one that is opened later. */
  listen(client: McpClient): void {
    this.#listeners.add(client)
    this.find(client.identity, client.about)?.listen(client)
  }

  leave(client: McpClient): void {
    this.#listeners.delete(client)
    this.find(client.identity, client.about)?.leave(client)
  }

  async close(): Promise<void> {
    await this.#endAll((link) => link.close())
    await Promise.all([...this.#ending].map((link) => link.close()))
  }

  /** Lets the requests under way end. */
  async retire(): Promise<void> {
    await this.#endAll((link) => link.retire())
  }

  async #endAll(end: (link: Link) => Promise<void>): Promise<void> {
    clearTimeout(this.#sweep)
    const links = [...this.#links.values()]
    this.#links.clear()
    await Promise.all(links.map((link) => this.#ended(link, end(link))))
  }

  #makeRoom(owner: string): void {
    const { perAgent, perServer } = this.#options.limits
    const all = [...this.#links]
    const own = all.filter(([, link]) => link.owner === owner)
    if (own.length >= perAgent) this.#giveWay(own, `the agent has ${perAgent} links`)
    else if (all.length >= perServer) this.#giveWay(all, `there are ${perServer} links`)
  }

  #giveWay(among: readonly (readonly [string, Link])[], why: string): void {
    const idle = among.filter(([, link]) => !link.busy)
    // One that is listened to is missed: it goes only where all are.
    const missed = ([, link]: readonly [string, Link]) => (link.heard ? 1 : 0)
    const [first] = idle.toSorted(
      (one, other) => missed(one) - missed(other) || one[1].usedAt - other[1].usedAt,
    )
    if (first === undefined) {
      const { server } = this.#options
      throw new PortcullisError('UPSTREAM_BUSY', `server \`${server}\`: ${why}, and all are in use`)
    }
    this.#end(...first)
  }

  #endIdle(now = performance.now()): void {
    const { idleMs, leftMs } = this.#options.limits
    for (const [key, link] of this.#links) {
      if (link.busy || link.heard) continue
      if (now - link.usedAt >= (link.left ? leftMs : idleMs)) this.#end(key, link)
    }
    this.#sweep = undefined
    if (this.#links.size === 0) return
    this.#sweep = setTimeout(() => this.#endIdle(), leftMs)
    this.#sweep.unref()
  }

  #end(key: string, link: Link): void {
    this.#links.delete(key)
    void this.#ended(link, link.close())
  }

  async #ended(link: Link, ending: Promise<void>): Promise<void> {
    this.#ending.add(link)
    await ending.finally(() => this.#ending.delete(link))
  }
}
