import { randomBytes } from 'node:crypto'
import { PortcullisError } from '../../../kernel/errors.ts'
import { ownerOf } from '../../../kernel/identity/owner.ts'
import type { Identity } from '../../../kernel/identity/principal.ts'
import { canonical } from '../../../kernel/receipt/canonical.ts'
import type { AboutClient, Channel, Clock, McpClient, McpMessage } from '../../../pipeline/ports.ts'
import type { ModernLimits } from './limits.ts'

/** Entropy of a run's id. It names receipts; no request can name it. */
const RUN_ID_BYTES = 18

/** Who hears what servers say of their own accord. */
export interface Listener {
  /** Who opened it. */
  readonly identity: Identity
  /** As whom servers see it: what they tell another is not for it. */
  readonly client: McpClient
  hear(server: string, notification: McpMessage): void
  toolsChanged(): void
  end(): void
}

/**
 * An agent of this era while it is active. The protocol knows no session, so that a request could
 * claim any: what groups receipts, and what taint hangs on, is the agent itself. It sheds a run by
 * no header, connection, token or member of `_meta`, but by doing nothing for a while.
 */
export interface Presence {
  readonly run: string
  readonly identity: Identity
  readonly channel: Channel
  /** Milliseconds since the epoch. */
  readonly opened: number
  /** Resolves when there is a receipt of its beginning. */
  readonly recorded: Promise<void>
  /** What it says of itself, and how servers see it then. */
  readonly guises: Map<string, McpClient>
  readonly listeners: Set<Listener>
  /** Calls under way, or waiting for input: it is not idle while there are any. */
  busy: number
}

export interface PresencesOptions {
  readonly limits: Pick<ModernLimits, 'agents' | 'runIdleMs' | 'guisesPerAgent'>
  readonly clock: Clock
  /** Resolves when the beginning is recorded. */
  readonly onBegin: (presence: Pick<Presence, 'channel' | 'identity'>) => Promise<void>
  readonly onEnd: (presence: Presence, why: PresenceEnd) => void
  /** Servers keep nothing more for this client. */
  readonly onLeave: (client: McpClient) => void
}

export type PresenceEnd = 'idle' | 'taken back'

interface Held {
  readonly presence: Presence
  usedAt: number
}

/** The agents of this era that are active, bounded in number and in idleness. */
export class Presences {
  readonly #options: PresencesOptions
  // INVARIANT: in the order of last use, the longest ago first.
  readonly #held = new Map<string, Held>()

  constructor(options: PresencesOptions) {
    this.#options = options
  }

  /**
   * The agent's presence, which counts as used now.
   * @throws PortcullisError `SESSION_LIMIT` where as many agents are active as may be: none is
   * forgotten for another, or its taint would be. What `onBegin` throws.
   */
  async enter(identity: Identity, channel: Channel): Promise<Presence> {
    this.#endIdle()
    const owner = ownerOf(identity)
    const presence = this.#held.get(owner)?.presence ?? this.#open(owner, identity, channel)
    this.#held.delete(owner)
    this.#held.set(owner, { presence, usedAt: this.#options.clock.elapsed() })
    try {
      await presence.recorded
      return presence
    } catch (error) {
      // Nobody acts in a run that has no receipt of its beginning.
      if (this.#held.get(owner)?.presence === presence) this.#held.delete(owner)
      throw error
    }
  }

  /**
   * The agent as servers see it, acting for this one and saying this of itself: they keep something
   * for it alone.
   */
  guise(presence: Presence, identity: Identity, about: AboutClient): McpClient {
    const { guises } = presence
    const { chain, human } = identity
    const actors = chain.map(({ kind, id }) => ({ kind, id }))
    const key = canonical({ about, actors, human: human?.id })
    const known = guises.get(key)
    guises.delete(key)
    const client = known ?? clientOf(presence, identity, about)
    guises.set(key, client)
    if (guises.size > this.#options.limits.guisesPerAgent) this.#leaveOldest(guises)
    return client
  }

  end(presence: Presence, why: PresenceEnd): void {
    this.#held.delete(ownerOf(presence.identity))
    for (const client of presence.guises.values()) this.#options.onLeave(client)
    this.#options.onEnd(presence, why)
  }

  *all(): Iterable<Presence> {
    for (const { presence } of this.#held.values()) yield presence
  }

  #open(owner: string, identity: Identity, { door, peer }: Channel): Presence {
    const { limits, clock, onBegin } = this.#options
    if (this.#held.size >= limits.agents) {
      throw new PortcullisError('SESSION_LIMIT', `${limits.agents} agents are active already`)
    }
    const run = randomBytes(RUN_ID_BYTES).toString('base64url')
    const channel = { door, peer, run }
    const presence: Presence = {
      ...{ run, identity, channel, opened: clock.now(), busy: 0 },
      recorded: onBegin({ channel, identity }),
      guises: new Map(),
      listeners: new Set(),
    }
    this.#held.set(owner, { presence, usedAt: clock.elapsed() })
    return presence
  }

  #endIdle(): void {
    const { clock, limits } = this.#options
    for (const { presence, usedAt } of this.#held.values()) {
      if (clock.elapsed() - usedAt < limits.runIdleMs) return
      if (presence.busy === 0 && presence.listeners.size === 0) this.end(presence, 'idle')
    }
  }

  #leaveOldest(guises: Map<string, McpClient>): void {
    const [oldest] = guises
    if (oldest === undefined) return
    guises.delete(oldest[0])
    this.#options.onLeave(oldest[1])
  }
}

function clientOf({ run, listeners }: Presence, identity: Identity, about: AboutClient): McpClient {
  const client: McpClient = {
    ...{ session: run, identity, about },
    tell(server, notification) {
      for (const listener of listeners) {
        if (listener.client === client) listener.hear(server, notification)
      }
    },
    // MCP 2026-07-28: a server asks in answer to a request, or not at all.
    ask: () =>
      Promise.reject(new PortcullisError('CLIENT_SILENT', 'nobody waits who could be asked')),
  }
  return client
}
