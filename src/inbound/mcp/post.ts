import { codeOf, PortcullisError, unreachable } from '../../kernel/errors.ts'
import { ownerOf } from '../../kernel/identity/owner.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import {
  type MessageId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  readMessage,
} from '../../kernel/jsonrpc/message.ts'
import { answeredError } from '../../kernel/mcp/answered-error.ts'
import type { Gone, Outcome } from '../../pipeline/ports.ts'
import { readBody } from '../read-body.ts'
import { ACCEPTED, type Answer, peerErrorAnswer, resultAnswer } from './answer.ts'
import { messageOf } from './asks.ts'
import { callerOf, type Line, progressTokenOf } from './caller.ts'
import { takesGreeting } from './event-stream.ts'
import { initialize } from './initialize.ts'
import { checkMediaTypes, checkMirroredHeaders, checkVersion } from './request-headers.ts'
import { type Served, serveAction, serveMethod } from './serve-method.ts'
import { sessionLine } from './session-client.ts'
import type { Session } from './sessions.ts'
import { ReplyStream } from './streams/reply-stream.ts'
import { methodAnswer, outcomeAnswer } from './tool-call.ts'
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
    const alone = door.standAlone(message, visit)
    if (alone !== undefined) return await alone
    checkMirroredHeaders(headers, message)
    return await hear(message, visit, door)
  } finally {
    allowance.leave()
  }
}

async function hear(message: RpcMessage, visit: Visit, door: Door): Promise<Answer> {
  checkVersion(visit.request.headers)
  if (message.kind === 'request' && message.method === 'initialize') {
    return inBand(visit, door, () => initialize(message, visit, door))
  }
  const session = enterSession(visit, door)
  switch (message.kind) {
    case 'request':
      return inBand(visit, door, () => perform(message, { visit, session }, door))
    case 'notification':
      return notice(message, { visit, session }, door)
    case 'response':
      return settle(message, session, door)
    default:
      return unreachable(message)
  }
}

/** A message within a session. */
interface Within {
  readonly visit: Visit
  readonly session: Session
}

/**
 * A client answers what a server asked. What nobody of this session asked for is dropped, and
 * logged: it may only be late.
 */
function settle(message: RpcResponse, { id, asks, identity }: Session, { log }: Door): Answer {
  if (!asks.settle(message)) {
    log.warn('mcp.answer.unasked', { run: id, agent: identity.principal.id })
  }
  return ACCEPTED
}

/** Never tells anything but that it was taken: a notification has no answer. */
async function notice(message: RpcNotification, within: Within, door: Door): Promise<Answer> {
  const { method, params } = message
  const { visit, session } = within
  switch (method) {
    case 'notifications/initialized':
      return ACCEPTED
    case 'notifications/cancelled':
      door.held.cancel(visit.channel.run, params.requestId)
      return ACCEPTED
    case 'notifications/progress': {
      // On what a server asked; nobody else waits for any.
      const server = session.asks.serverOf(params.progressToken)
      if (server !== undefined) await pass(message, { visit: { ...visit, server }, session }, door)
      return ACCEPTED
    }
    default:
      if (!method.startsWith('notifications/')) {
        throw new PortcullisError('REQUEST_INVALID', `\`${method}\` was sent without an id`)
      }
      await pass(message, within, door)
      return ACCEPTED
  }
}

/** Forwards a notification as far as the policies permit. Where there is nobody for it, nothing. */
async function pass(message: RpcNotification, { visit, session }: Within, door: Door) {
  const { credential, channel, server } = visit
  const { client } = session
  const parts = { client, credential, channel, line: sessionLine(session) }
  const caller = callerOf({ ...parts, federated: session.server === undefined }, door)
  try {
    await serveAction(message, { visit, server, waiting: { caller } }, door)
  } catch (error) {
    if (codeOf(error) !== 'REQUEST_METHOD_UNKNOWN') throw error
  }
}

async function inBand(visit: Visit, door: Door, serve: () => Promise<Answer>): Promise<Answer> {
  try {
    return await serve()
  } catch (error) {
    const answered = answeredError(error)
    if (answered !== undefined && visit.messageId !== undefined) {
      return peerErrorAnswer(visit.messageId, answered)
    }
    return refuse({ error, inBand: true }, visit, door)
  }
}

async function perform(message: RpcRequest, within: Within, door: Door): Promise<Answer> {
  return message.method === 'ping' ? resultAnswer(message.id, '{}') : ask(message, within, door)
}

/** Why nothing more is told of a request. Without a reason, each end would make an exception. */
const ANSWERED = 'the request is answered'

async function ask(message: RpcRequest, { visit, session }: Within, door: Door): Promise<Answer> {
  const { id, params } = message
  const { request, response } = visit
  const exchange = { request, response, takesGreeting: takesGreeting(session.version) }
  const reply = new ReplyStream(exchange, session.streams, door.limits)
  const call = door.held.begin({ id, params, visit, reply })
  const over = new AbortController()
  try {
    const { onHeld, gone, cancelled, cutOff } = call
    const caller = callerOf(
      {
        ...{ client: session.client, credential: visit.credential, channel: visit.channel },
        ...{ cancelled, progressToken: progressTokenOf(params) },
        line: replyLine(reply, session, over.signal),
        federated: session.server === undefined,
      },
      door,
    )
    const waiting = { onHeld, gone, caller }
    const { server, subscriptions } = session
    const asked = serveMethod(message, { visit, server, waiting, subscriptions }, door)
    // Who was cut off hears nothing more; what was begun is finished and recorded all the same.
    const served = await Promise.race([asked, cutOff.then(actedBy)])
    return reply.answer(servedAnswer(id, served))
  } catch (error) {
    return reply.answer(await inBand(visit, door, () => Promise.reject(error)))
  } finally {
    over.abort(ANSWERED)
    reply.stop()
    call.end()
  }
}

/** What belongs to a request goes with its answer; where that takes no stream, as all else does. */
function replyLine(reply: ReplyStream, session: Session, over: Gone): Line {
  const { asks, streams } = session
  const send = (message: string) => {
    // Of a session that has ended, nothing is heard but how the answer ends.
    if (!asks.isOver && !reply.send(message)) streams.send(message)
  }
  return {
    tell: ({ method, params }) => send(messageOf(method, params)),
    begin: () => asks.begin(),
    streamed: (stream) => reply.streamed(stream),
    ask: (server, request, withdrawn) => asks.ask({ server, request, send, over, withdrawn }),
  }
}

function servedAnswer(id: MessageId, served: Served): Answer {
  if (served.kind === 'listed') return resultAnswer(id, served.result)
  const { outcome, operation, isMethod } = served
  return (isMethod ? methodAnswer : outcomeAnswer)(id, outcome, operation)
}

function actedBy(outcome: Outcome): Served {
  return { kind: 'acted', outcome, operation: '', isMethod: true }
}
