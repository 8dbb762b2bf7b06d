import { PortcullisError, unreachable } from '../../kernel/errors.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import {
  type MessageId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  readMessage,
} from '../../kernel/jsonrpc/message.ts'
import type { Outcome } from '../../pipeline/ports.ts'
import { readBody } from '../read-body.ts'
import { ACCEPTED, type Answer, errorAnswer, resultAnswer } from './answer.ts'
import { callerOf, type Line } from './caller.ts'
import {
  checkMediaTypes,
  checkMirroredHeaders,
  checkVersion,
  MCP_VERSIONS,
} from './request-headers.ts'
import { type Served, serveMethod } from './serve-method.ts'
import { ownerOf, type Session } from './sessions.ts'
import { outcomeAnswer } from './tool-call.ts'
import { type Door, enterSession, refuse, type Visit } from './visit.ts'

/**
 * The path of a posted message. It runs to its end even if the client goes: an action that was
 * begun is finished and recorded.
 */
export async function post(visit: Visit, door: Door): Promise<Answer> {
  const { headers } = visit.request
  checkMediaTypes(headers)
  const { bodyBytes, bodyWaitMs } = door.limits
  const allowance = door.allowances.enter(ownerOf(visit.identity))
  try {
    const body = await readBody(visit.request, {
      limitBytes: bodyBytes,
      waitMs: bodyWaitMs,
      onBytes: allowance.take,
    })
    const message = readMessage(parseStrictJson(body))
    if (message.kind === 'request') visit.messageId = message.id
    checkMirroredHeaders(headers, message)
    return await hear(message, visit, door)
  } finally {
    allowance.leave()
  }
}

async function hear(message: RpcMessage, visit: Visit, door: Door): Promise<Answer> {
  if (message.kind === 'request' && message.method === 'server/discover') return undiscovered(visit)
  checkVersion(visit.request.headers)
  if (message.kind !== 'request' || message.method !== 'initialize') enterSession(visit, door)
  switch (message.kind) {
    case 'request':
      return serve(message, visit, door)
    case 'notification':
      return notice(message, visit, door)
    case 'response':
      return ACCEPTED
    default:
      return unreachable(message)
  }
}

/**
 * Clients of later revisions ask this first, in their own version and without a session, and fall
 * back to `initialize` when it is not known. It is no probe, so it leaves no receipt.
 */
function undiscovered({ messageId }: Visit): Answer {
  return errorAnswer('REQUEST_METHOD_UNKNOWN', { id: messageId, inBand: true })
}

/** MCP 2025-11-25, lifecycle: the version asked for if it is known, else the newest that is. */
async function initialize(message: RpcRequest, visit: Visit, door: Door): Promise<Answer> {
  const asked = message.params.protocolVersion
  if (typeof asked !== 'string') {
    throw new PortcullisError('REQUEST_INVALID', '`protocolVersion` is a string')
  }
  const version = MCP_VERSIONS.find((known) => known === asked) ?? MCP_VERSIONS[0]
  const session = await openSession(visit, version, door)
  const result = {
    protocolVersion: version,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'portcullis', title: 'Portcullis', version: door.version },
  }
  return resultAnswer(message.id, JSON.stringify(result), { 'mcp-session-id': session.id })
}

/** Nobody learns the name of a session that has no receipt. */
async function openSession(visit: Visit, version: string, door: Door): Promise<Session> {
  const session = door.sessions.open(visit, version)
  const { identity, channel } = session
  try {
    await door.gate.note({ name: 'session.opened', detail: `MCP ${version}` }, channel, identity)
    return session
  } catch (error) {
    door.sessions.end(session, 'unrecorded')
    throw error
  }
}

/**
 * A call that waits for approval is given up when its client says so. One that is being carried out
 * never is.
 */
function notice({ method, params }: RpcNotification, { channel }: Visit, door: Door): Answer {
  if (method === 'notifications/cancelled') door.held.cancel(channel.run, params.requestId)
  if (method.startsWith('notifications/')) return ACCEPTED
  throw new PortcullisError('REQUEST_INVALID', `\`${method}\` was sent without an id`)
}

async function serve(message: RpcRequest, visit: Visit, door: Door): Promise<Answer> {
  try {
    return await perform(message, visit, door)
  } catch (error) {
    return refuse({ error, inBand: true }, visit, door)
  }
}

async function perform(message: RpcRequest, visit: Visit, door: Door): Promise<Answer> {
  const { id, method } = message
  switch (method) {
    case 'initialize':
      return initialize(message, visit, door)
    case 'ping':
      return resultAnswer(id, '{}')
    default:
      return ask(message, visit, door)
  }
}

async function ask(message: RpcRequest, visit: Visit, door: Door): Promise<Answer> {
  const { id, params } = message
  const call = door.held.begin({ id, params, visit })
  try {
    const { onHeld, gone, cutOff } = call
    const { credential, channel, identity } = visit
    const about = { protocolVersion: MCP_VERSIONS[0], capabilities: {}, clientInfo: {} }
    const line: Line = { tell: () => undefined, ask: unheard }
    const client = { session: channel.run, identity, about, tell: () => undefined, ask: unheard }
    const caller = callerOf({ client, credential, channel, line, federated: true }, door)
    const asked = serveMethod(message, { visit, waiting: { onHeld, gone, caller } }, door)
    // Who was cut off hears nothing more; what was begun is finished and recorded all the same.
    const served = await Promise.race([asked, cutOff.then(actedBy)])
    return call.answer(servedAnswer(id, served))
  } finally {
    call.end()
  }
}

function servedAnswer(id: MessageId, served: Served): Answer {
  if (served.kind === 'listed') return resultAnswer(id, served.result)
  return outcomeAnswer(id, served.outcome, served.operation)
}

function actedBy(outcome: Outcome): Served {
  return { kind: 'acted', outcome, operation: '' }
}

async function unheard(): Promise<never> {
  throw new PortcullisError('CLIENT_SILENT', 'nobody is there to be asked')
}
