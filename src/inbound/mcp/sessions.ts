import { randomBytes } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { ownerOf } from '../../kernel/identity/owner.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { AboutClient, Channel, Clock, McpClient } from '../../pipeline/ports.ts'
import { type AskLimits, Asks } from './asks.ts'
import type { DoorLimits } from './limits.ts'
import { type SessionStreamLimits, SessionStreams } from './streams/session-streams.ts'
import { type SubscriptionLimits, Subscriptions } from './subscriptions.ts'

/** Entropy of a session's id. It names a session; it proves nothing about who speaks. */
const SESSION_ID_BYTES = 18

export interface Session {
  readonly id: string
  /** Who opened it: nobody else can use it. */
  readonly identity: Identity
  /** The connection it was opened over, with the session as its run. */
  readonly channel: Channel
  /** Milliseconds since the epoch. */
  readonly opened: number
  /** The revision of MCP agreed on. */
  readonly version: string
  /** The one server that it is with; absent where all of them are offered as one. */
  readonly server: string | undefined
  readonly streams: SessionStreams
  readonly asks: Asks
  readonly subscriptions: Subscriptions
  /** The client as servers know it. */
  readonly client: McpClient
}

/** What a client opens a session on. */
export interface Terms {
  readonly server: string | undefined
  /** What it says of itself, and the revision agreed on. */
  readonly about: AboutClient
}

/** The sessions of all agents, bounded in number and in idleness. */
export interface Sessions {
  /**
   * Opens a session. An agent that already has as many as it may loses the one it used longest ago,
   * so that an agent that dies again and again locks out neither itself nor others.
   * @throws PortcullisError `SESSION_LIMIT` when all agents together have as many as there may be.
   */
  open(opener: Pick<Session, 'identity' | 'channel'>, terms: Terms): Session
  /**
   * The session of this id of who asks, which counts as used now.
   * @throws PortcullisError `SESSION_UNKNOWN`, for another's session as for none at all.
   */
  find(id: string, asker: Identity): Session
  /** Is it the session of another tenant? For the alert alone: nobody is told. */
  isForeign(id: string, asker: Identity): boolean
  end(session: Session, why: SessionEnd): void
  endAll(): void
  all(): Iterable<Session>
}

/** Why a session ended before the runtime did. */
export type SessionEnd =
  | 'by its agent'
  | 'idle'
  | 'replaced by a newer one'
  | 'taken back'
  | 'unrecorded'
  | 'without its server'

export type SessionLimits = Pick<DoorLimits, 'sessions' | 'sessionsPerAgent' | 'sessionIdleMs'> &
  SessionStreamLimits &
  AskLimits &
  SubscriptionLimits

export interface SessionsOptions {
  readonly limits: SessionLimits
  readonly clock: Clock
  readonly onEnd: (session: Session, why: SessionEnd) => void
  /** The client of a session that is being opened. */
  readonly clientOf: (session: Omit<Session, 'client'>, about: AboutClient) => McpClient
}

interface Held {
  readonly session: Session
  readonly usedAt: number
}

export function createSessions({ limits, clock, onEnd, clientOf }: SessionsOptions): Sessions {
  // INVARIANT: in the order of last use, the longest ago first.
  const held = new Map<string, Held>()

  const use = (session: Session) => {
    held.delete(session.id)
    held.set(session.id, { session, usedAt: clock.elapsed() })
  }
  const drop = (session: Session) => {
    held.delete(session.id)
    session.streams.endAll()
    session.asks.endAll()
  }
  const end = (session: Session, why: SessionEnd) => {
    drop(session)
    onEnd(session, why)
  }
  const isIdle = ({ usedAt }: Held) => clock.elapsed() - usedAt >= limits.sessionIdleMs
  const endIdle = () => {
    for (const entry of held.values()) {
      if (!isIdle(entry)) return
      end(entry.session, 'idle')
    }
  }

  return {
    open({ identity, channel }, { server, about }) {
      endIdle()
      const owner = ownerOf(identity)
      const own = [...held.values()].filter(({ session }) => ownerOf(session.identity) === owner)
      const [oldest] = own
      if (oldest !== undefined && own.length >= limits.sessionsPerAgent) {
        end(oldest.session, 'replaced by a newer one')
      }
      if (held.size >= limits.sessions) {
        throw new PortcullisError('SESSION_LIMIT', `there are ${limits.sessions} sessions already`)
      }
      // With a letter first: a dash would make an option of it on a command line.
      const id = `s${randomBytes(SESSION_ID_BYTES).toString('base64url')}`
      const run = { ...channel, run: id }
      const opened = clock.now()
      const opening = {
        ...{ id, identity, channel: run, opened, server, version: about.protocolVersion },
        streams: new SessionStreams(limits),
        asks: new Asks(limits),
        subscriptions: new Subscriptions(limits),
      }
      const session: Session = { ...opening, client: clientOf(opening, about) }
      use(session)
      return session
    },
    find(id, asker) {
      const entry = held.get(id)
      const isOwn = entry !== undefined && ownerOf(entry.session.identity) === ownerOf(asker)
      if (!isOwn || isIdle(entry)) {
        const message = `agent \`${asker.principal.id}\` has no such session`
        throw new PortcullisError('SESSION_UNKNOWN', message)
      }
      use(entry.session)
      return entry.session
    },
    isForeign(id, { tenant }) {
      const entry = held.get(id)
      return entry !== undefined && entry.session.identity.tenant !== tenant
    },
    end,
    endAll() {
      for (const { session } of held.values()) drop(session)
    },
    *all() {
      for (const { session } of held.values()) yield session
    },
  }
}
