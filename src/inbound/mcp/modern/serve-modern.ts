import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject } from '../../../kernel/json/value.ts'
import type { RpcMessage, RpcRequest } from '../../../kernel/jsonrpc/message.ts'
import { ACCEPTED, type Answer } from '../answer.ts'
import { checkServer } from '../scopes/about-scope.ts'
import { isListMethod } from '../scopes/list-kinds.ts'
import type { Visit } from '../visit.ts'
import { checkHeaders, checkParamHeaders, checkVersionHeader } from './check-headers.ts'
import { converse } from './converse.ts'
import { discover } from './discover.ts'
import { type Envelope, readEnvelope } from './envelope.ts'
import { listen } from './listen.ts'
import type { Modern, Request } from './modern.ts'
import { offeredTool } from './offered-tool.ts'

/** Methods of the revisions before that this one has no more. */
const REMOVED: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])

/**
 * A message that stands alone (MCP 2026-07-28): no session is looked for, whatever a header names.
 * Never rejects.
 */
export async function serveModern(
  message: RpcMessage,
  visit: Visit,
  modern: Modern,
): Promise<Answer> {
  try {
    if (message.kind === 'request') return await serve(message, visit, modern)
    if (message.kind === 'notification' && message.method.startsWith('notifications/')) {
      // The one that there was for a client to send is what closing a response says now.
      return ACCEPTED
    }
    throw new PortcullisError('REQUEST_INVALID', 'only requests and notifications are taken')
  } catch (error) {
    return modern.refuse(error, visit)
  }
}

async function serve(
  { id, method, params }: RpcRequest,
  visit: Visit,
  modern: Modern,
): Promise<Answer> {
  const { server } = visit
  const { headers } = visit.request
  // A header that contradicts the body is refused for that, whatever revision the body names.
  checkVersionHeader(headers, params)
  const envelope = readEnvelope(params)
  checkHeaders(headers, { method, params })
  const presence = await modern.presences.enter(visit.identity, visit.channel)
  visit.channel = { ...visit.channel, run: presence.run }
  if (REMOVED.has(method) || method.startsWith('notifications/')) {
    throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `\`${method}\` is of another revision`)
  }
  if (method === 'tools/call') checkRepeated(envelope, visit, modern)
  // No server is opened for an agent that may use nothing of it.
  if (server !== undefined && isListMethod(method)) checkServer(server, visit, modern.door)
  const client = modern.presences.guise(presence, visit.identity, envelope.about)
  const request: Request = { id, method, visit, envelope, server, presence, client }
  switch (method) {
    case 'server/discover':
      return discover(request, modern)
    case 'subscriptions/listen':
      return listen(request, modern)
    default:
      return converse(request, modern)
  }
}

/** Only for tools that the agent is shown: it learns of no other by what it is refused for. */
function checkRepeated(envelope: Envelope, visit: Visit, { door }: Modern): void {
  const { name, arguments: args = {} } = envelope.params
  if (typeof name !== 'string' || !isJsonObject(args)) return
  const definition = offeredTool(name, visit, door)
  if (definition !== undefined) checkParamHeaders(visit.request.headers, definition, args)
}
