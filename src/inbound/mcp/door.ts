import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { codeOf } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { concerns, type EndOf } from '../../kernel/identity/standing.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  Answers,
  Clock,
  Gate,
  Log,
  OpenSession,
  SessionsOf,
  Standing,
} from '../../pipeline/ports.ts'
import { createAllowances } from './allowances.ts'
import { type Answer, sendAnswer } from './answer.ts'
import { messageOf } from './asks.ts'
import { type Challenges, challenged } from './challenge.ts'
import { takesGreeting } from './event-stream.ts'
import { createHeldCalls } from './held-calls.ts'
import { DEFAULT_DOOR_LIMITS, type DoorLimits } from './limits.ts'
import { isModernHeader } from './modern/era.ts'
import type { ModernLimits } from './modern/limits.ts'
import { createModernDoor } from './modern/modern-door.ts'
import { NO_UPSTREAMS } from './no-upstreams.ts'
import { post } from './post.ts'
import { checkAccept, checkVersion, credentialOf, textOf } from './request-headers.ts'
import { sessionClient } from './session-client.ts'
import { createSessions, type Session, type SessionEnd } from './sessions.ts'
import { TaskOwners } from './tasks/task-owners.ts'
import { createToolLists, type Offer } from './tool-list.ts'
import { SERVER_NAME } from './tool-name.ts'
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
  /** What answers take of memory; other doors count theirs in it, too. */
  readonly answers: Answers
  readonly modernLimits?: Partial<ModernLimits>
  /** Tells what was taken back: its sessions, streams and calls end at once. */
  readonly standing?: Pick<Standing, 'onEnd'>
  /** Where agents find out how to get a token; without it they are not told. */
  readonly challenges?: Challenges
}

/** The MCP endpoint: streamable HTTP, revision 2026-07-28 and the three before it. */
export interface McpDoor {
  /** The sessions of agents that are open now. */
  readonly sessions: SessionsOf
  /** Registers `/mcp` and `/mcp/NAME`, on a server made by `createMcpServer`. */
  readonly routes: FastifyPluginAsync
  /** Tells the agents of a tenant that their tools may be others; a catalog tells it anyway. */
  notifyListChanged(tenant: Tenant): void
}

/**
 * Where agents come in. The door reads and answers; what is permitted, the gate says.
 *
 * @example
 * const door = createMcpDoor({ gate, offers, log, clock, version, answers: new AnswerRooms() })
 * const server = createMcpServer({ gate, log, allowedHosts: [], allowedOrigins: [] })
 * await server.register(door.routes)
 * await server.listen({ host: '127.0.0.1', port: 7332 })
 */
export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { gate, offers, log, clock, version } = options
  const limits = { ...DEFAULT_DOOR_LIMITS, ...options.limits }
  const tasks = new TaskOwners(limits)
  const door: Door = {
    ...{ gate, log, limits, version, tasks },
    sessions: createSessions({
      ...{ limits, clock },
      clientOf: (session, about) => sessionClient(session, about, { gate, tasks }),
      onEnd(...ended) {
        const [{ identity, client }] = ended
        door.upstreams(identity).leave(client)
        void noteEnd(ended, gate, log)
      },
    }),
    allowances: createAllowances(limits),
    answers: options.answers,
    held: createHeldCalls(limits, clock),
    tools: createToolLists({ offers, pageSize: limits.toolsPerPage, gate, log }),
    offer: ({ tenant }) => offers.get(tenant),
    upstreams: ({ tenant }) => offers.get(tenant)?.upstreams ?? NO_UPSTREAMS,
    standAlone: (message, visit) => modern.serve(message, visit),
  }
  const modern = createModernDoor(door, { clock, limits: options.modernLimits })
  const notifyListChanged = (tenant: Tenant) => {
    for (const { identity, streams } of door.sessions.all()) {
      if (identity.tenant === tenant) streams.sendOnce(LIST_CHANGED)
    }
    modern.toolsChanged(tenant)
  }
  return {
    notifyListChanged,
    sessions: {
      list: (tenant) => [
        ...[...door.sessions.all()]
          .filter(({ identity }) => identity.tenant === tenant)
          .map(openSession),
        ...modern.list(tenant),
      ],
    },
    async routes(server: FastifyInstance) {
      const listening = [...offers].map(([tenant, { catalog }]) =>
        catalog.onChanged(() => notifyListChanged(tenant)),
      )
      const stopEnding = options.standing?.onEnd((end) => {
        endAllOf(end, door)
        modern.end(end)
      })
      server.addHook('preClose', async () => {
        for (const stopListening of listening) stopListening()
        stopEnding?.()
        door.sessions.endAll()
        modern.close()
      })
      const route = (serve: Serve) => async (request: Addressed, reply: FastifyReply) => {
        const { raw, params } = request
        const credential = credentialOf(raw)
        // RFC 9449 section 8.2: whoever proves a key is handed the nonce for the next time.
        if (credential.kind === 'dpop' && options.challenges !== undefined) {
          reply.raw.setHeader('dpop-nonce', options.challenges.dpopNonce())
        }
        const { server } = params
        const arrival = { request: raw, response: reply.raw, credential, server }
        const answer = await visit(arrival, door, serve)
        return sendAnswer(reply, challenged(answer, options.challenges))
      }
      for (const address of ['/mcp', ONE_SERVER]) {
        server.post(address, route(post))
        server.get(address, route(openStream))
        server.delete(address, route(endSession))
      }
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

const ONE_SERVER = `/mcp/:server(${SERVER_NAME.source})`

/** All servers of a tenant as one, or the one that the address names. */
type Addressed = FastifyRequest<{ Params: { server?: string } }>

const LIST_CHANGED = messageOf('notifications/tools/list_changed', {})

/** MCP 2026-07-28, streamable HTTP: there is nothing to get, and no session to end. */
const POST_ALONE: Answer = { status: 405, headers: { allow: 'POST' } }

async function openStream(visit: Visit, door: Door): Promise<Answer> {
  const { headers } = visit.request
  if (isModernHeader(headers)) return POST_ALONE
  checkAccept(headers, 'text/event-stream')
  checkVersion(headers)
  const { streams, version, client } = enterSession(visit, door)
  const { credential } = visit
  const lastEventId = textOf(headers['last-event-id'])
  return {
    stream(response) {
      streams.open({
        ...{ response, credential, lastEventId },
        takesGreeting: takesGreeting(version),
      })
      door.upstreams(visit.identity).listen(client)
    },
  }
}

async function endSession(visit: Visit, door: Door): Promise<Answer> {
  if (isModernHeader(visit.request.headers)) return POST_ALONE
  checkVersion(visit.request.headers)
  door.sessions.end(enterSession(visit, door), 'by its agent')
  return { status: 204 }
}
