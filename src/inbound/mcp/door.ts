import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { codeOf } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { concerns, type EndOf } from '../../kernel/identity/standing.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Clock, Gate, Log, OpenSession, SessionsOf, Standing } from '../../pipeline/ports.ts'
import { createAllowances } from './allowances.ts'
import { type Answer, sendAnswer } from './answer.ts'
import { type Challenges, challenged } from './challenge.ts'
import { openEventStream } from './event-stream.ts'
import { createHeldCalls } from './held-calls.ts'
import { DEFAULT_DOOR_LIMITS, type DoorLimits } from './limits.ts'
import { NO_UPSTREAMS } from './no-upstreams.ts'
import { post } from './post.ts'
import { checkAccept, checkVersion, credentialOf } from './request-headers.ts'
import { createSessions, type Session, type SessionEnd } from './sessions.ts'
import { createToolLists, type Offer } from './tool-list.ts'
import { type Door, enterSession, type Visit, visit } from './visit.ts'

export interface McpDoorOptions {
  readonly gate: Gate
  /** What the agents of each tenant are offered. */
  readonly offers: ReadonlyMap<Tenant, Offer>
  readonly log: Log
  readonly clock: Clock
  /** Version of the runtime, as agents are told it. */
  readonly version: string
  readonly limits?: Partial<DoorLimits>
  /** Tells what was taken back: its sessions, streams and calls end at once. */
  readonly standing?: Pick<Standing, 'onEnd'>
  /** Where agents find out how to get a token; without it they are not told. */
  readonly challenges?: Challenges
}

/** The MCP endpoint: streamable HTTP, revision 2025-11-25 and the two before it. */
export interface McpDoor {
  /** The sessions of agents that are open now. */
  readonly sessions: SessionsOf
  /** Registers `/mcp`, on a server made by `createMcpServer`. */
  readonly routes: FastifyPluginAsync
  /** Tells the agents of a tenant that their tools may be others; a catalog tells it anyway. */
  notifyListChanged(tenant: Tenant): void
}

/**
 * Where agents come in. The door reads and answers; what is permitted, the gate says.
 *
 * @example
 * const door = createMcpDoor({ gate, offers, log, clock, version })
 * const server = createMcpServer({ gate, log, allowedHosts: [], allowedOrigins: [] })
 * await server.register(door.routes)
 * await server.listen({ host: '127.0.0.1', port: 7332 })
 */
export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { gate, offers, log, clock, version } = options
  const limits = { ...DEFAULT_DOOR_LIMITS, ...options.limits }
  const door: Door = {
    gate,
    log,
    limits,
    version,
    sessions: createSessions(limits, clock, (...ended) => void noteEnd(ended, gate, log)),
    allowances: createAllowances(limits),
    held: createHeldCalls(limits, clock),
    tools: createToolLists({ offers, pageSize: limits.toolsPerPage, gate, log }),
    offer: ({ tenant }) => offers.get(tenant),
    upstreams: ({ tenant }) => offers.get(tenant)?.upstreams ?? NO_UPSTREAMS,
  }
  const notifyListChanged = (tenant: Tenant) => {
    for (const { identity, streams } of door.sessions.all()) {
      if (identity.tenant === tenant) streams.at(-1)?.send(LIST_CHANGED)
    }
  }
  return {
    notifyListChanged,
    sessions: {
      list: (tenant) =>
        [...door.sessions.all()]
          .filter(({ identity }) => identity.tenant === tenant)
          .map(openSession),
    },
    async routes(server: FastifyInstance) {
      const listening = [...offers].map(([tenant, { catalog }]) =>
        catalog.onChanged(() => notifyListChanged(tenant)),
      )
      const stopEnding = options.standing?.onEnd((end) => endAllOf(end, door))
      server.addHook('preClose', async () => {
        for (const stopListening of listening) stopListening()
        stopEnding?.()
        door.sessions.endAll()
      })
      const route = (serve: Serve) => async (request: FastifyRequest, reply: FastifyReply) => {
        const { raw } = request
        const credential = credentialOf(raw)
        // RFC 9449 section 8.2: whoever proves a key is handed the nonce for the next time.
        if (credential.kind === 'dpop' && options.challenges !== undefined) {
          reply.raw.setHeader('dpop-nonce', options.challenges.dpopNonce())
        }
        const arrival = { request: raw, response: reply.raw, credential }
        const answer = await visit(arrival, door, serve)
        return sendAnswer(reply, challenged(answer, options.challenges))
      }
      server.post('/mcp', route(post))
      server.get('/mcp', route(openStream))
      server.delete('/mcp', route(endSession))
    },
  }
}

async function noteEnd(
  [{ identity, channel }, why]: readonly [session: Session, why: SessionEnd],
  gate: Gate,
  log: Log,
): Promise<void> {
  try {
    await gate.note({ name: 'session.ended', detail: why }, channel, identity)
  } catch (error) {
    log.error('event.unrecorded', { receipt: 'session.ended', cause: codeOf(error) })
  }
}

function openSession({ id, identity, opened }: Session): OpenSession {
  const { kind, id: name } = identity.principal
  return { id, what: 'session', principal: { kind, id: name }, kind: 'mcp', opened }
}

/** Whoever was let in by what was taken back hears nothing from now on. */
function endAllOf(end: EndOf, { sessions, held }: Door): void {
  const isMeant = (id: string, identity: Identity) =>
    concerns(end, identity) ||
    (end.what === 'session' && end.id === id && end.tenant === identity.tenant)
  // A call may be made by another credential than the session was opened with.
  held.cutOff(({ identity, channel }) => isMeant(channel.run, identity))
  for (const session of [...sessions.all()]) {
    if (isMeant(session.id, session.identity)) sessions.end(session, 'taken back')
  }
}

type Serve = (visit: Visit, door: Door) => Promise<Answer>

// MCP, streamable HTTP: one message goes to one stream of the session, never to several.
const LIST_CHANGED = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'

async function openStream(visit: Visit, door: Door): Promise<Answer> {
  checkAccept(visit.request.headers, 'text/event-stream')
  checkVersion(visit.request.headers)
  const { streams } = enterSession(visit, door)
  return {
    stream(response) {
      // The reader left before there was a stream: nothing would ever tell that it closed.
      if (response.destroyed) return
      // A reader that vanished without a word must not keep its successor out.
      if (streams.length >= door.limits.streamsPerSession) streams.shift()?.end()
      const stream = openEventStream(response, door.limits, () => forget(stream, streams))
      streams.push(stream)
    },
  }
}

async function endSession(visit: Visit, door: Door): Promise<Answer> {
  checkVersion(visit.request.headers)
  door.sessions.end(enterSession(visit, door), 'by its agent')
  return { status: 204 }
}

function forget(stream: Session['streams'][number], streams: Session['streams']): void {
  const index = streams.indexOf(stream)
  if (index !== -1) streams.splice(index, 1)
}
