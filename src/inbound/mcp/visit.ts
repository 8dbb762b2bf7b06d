import type { IncomingMessage, ServerResponse } from 'node:http'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { MessageId, RpcMessage } from '../../kernel/jsonrpc/message.ts'
import type { Answers, Channel, Gate, Log, McpUpstreams } from '../../pipeline/ports.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'
import type { Allowances } from './allowances.ts'
import { type Answer, errorAnswer } from './answer.ts'
import type { HeldCalls } from './held-calls.ts'
import type { DoorLimits } from './limits.ts'
import { ALL_VERSIONS } from './modern/era.ts'
import { checkSessionVersion, textOf } from './request-headers.ts'
import type { Session, Sessions } from './sessions.ts'
import type { TaskOwners } from './tasks/task-owners.ts'
import type { Offer, ToolList } from './tool-list.ts'

/** Receipts of requests outside any session have this run. */
export const NO_RUN = '-'

/** All that serving a request needs. */
export interface Door {
  readonly gate: Gate
  readonly log: Log
  readonly limits: DoorLimits
  readonly sessions: Sessions
  readonly allowances: Allowances
  /** What answers take of memory, of all agents together. */
  readonly answers: Answers
  readonly tools: ToolList
  /** What the agents of this one's tenant are offered, if there is such a tenant. */
  offer(identity: Identity): Offer | undefined
  /** The servers of this one's tenant, and none of any other. */
  upstreams(identity: Identity): McpUpstreams
  readonly held: HeldCalls
  readonly tasks: TaskOwners
  /** Answers a message that stands alone (MCP since 2026-07-28); nothing for one of a session. */
  standAlone(message: RpcMessage, visit: Visit): Promise<Answer> | undefined
  /** Version of the runtime, told in `initialize`. */
  readonly version: string
}

/** A request as it came in. */
export interface Arrival {
  readonly request: IncomingMessage
  /** Written to before there is an answer only where a call is held. */
  readonly response: ServerResponse
  /** The one object for `admit` and `guard`: what proves possession proves it for one request. */
  readonly credential: Credential
  /** The one server that its address names; absent where all of them are offered as one. */
  readonly server?: string | undefined
}

/** One HTTP request whose sender is known, and what has been learnt of it on the way. */
export interface Visit extends Arrival {
  readonly identity: Identity
  channel: Channel
  messageId?: MessageId
}

/**
 * Lets a request in only after its sender is known, and answers and records whatever is refused.
 * Never rejects.
 */
export async function visit(
  arrival: Arrival,
  door: Door,
  serve: (visit: Visit, door: Door) => Promise<Answer>,
): Promise<Answer> {
  const peer = arrival.request.socket.remoteAddress ?? '-'
  const channel: Channel = { door: 'mcp', peer, run: NO_RUN }
  let identity: Identity
  try {
    identity = await door.gate.admit(arrival.credential, channel)
  } catch (error) {
    // The gate has recorded it.
    return errorAnswer(codeOf(error))
  }
  const admitted: Visit = { ...arrival, identity, channel }
  try {
    return await serve(admitted, door)
  } catch (error) {
    return refuse({ error }, admitted, door)
  }
}

/** Answers an error, after it is recorded. */
export async function refuse(
  { error, inBand = false }: { readonly error: unknown; readonly inBand?: boolean },
  { channel, identity, messageId }: Visit,
  door: Door,
): Promise<Answer> {
  const code = codeOf(error)
  logDefect(channel.door, error, door.log)
  await recordRefusal({ code, channel, identity }, door.gate, door.log)
  const data = code === 'REQUEST_VERSION_UNSUPPORTED' ? { supported: ALL_VERSIONS } : {}
  return errorAnswer(code, { id: messageId, inBand, data })
}

/**
 * The session that the request belongs to; from here on its receipts bear the session's run.
 * @throws PortcullisError `SESSION_MISSING` or `SESSION_UNKNOWN`.
 */
export function enterSession(visit: Visit, door: Door): Session {
  const id = textOf(visit.request.headers['mcp-session-id'])
  if (id === undefined) throw new PortcullisError('SESSION_MISSING', 'no session is named')
  const session = ownSession(id, visit, door)
  if (session.server !== visit.server) {
    throw new PortcullisError('SESSION_UNKNOWN', 'the session is with another server')
  }
  visit.channel = { ...visit.channel, run: session.id }
  checkSessionVersion(visit.request.headers, session.version)
  return session
}

function ownSession(id: string, { identity, channel }: Visit, { sessions, gate }: Door): Session {
  try {
    return sessions.find(id, identity)
  } catch (error) {
    if (sessions.isForeign(id, identity)) gate.crossed('a session', channel, identity)
    throw error
  }
}
