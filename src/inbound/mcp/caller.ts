import { ERRORS, PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { METHOD_NOT_FOUND, PeerError } from '../../kernel/mcp/peer-error.ts'
import type {
  AnswerStream,
  Caller,
  Channel,
  Gate,
  Gone,
  McpClient,
  McpMessage,
} from '../../pipeline/ports.ts'
import { inward, outward, outwardNotice } from './scopes/outward.ts'

/** The way to a client, whatever revision it speaks. What goes over it was decided on. */
export interface Line {
  tell(notification: McpMessage): void
  /** Takes a place among all that the client is asked at once; what is returned gives it back. */
  begin(): () => void
  /** Its server answers with a stream, or left that. */
  streamed?(stream: AnswerStream): void
  /** @throws PortcullisError `CLIENT_*`; `CALL_CANCELLED` once the server has withdrawn it. */
  ask(server: string, request: McpMessage, withdrawn?: Gone): Promise<JsonObject>
}

export interface CallerParts {
  readonly client: McpClient
  /** Of the request that is served: what is asked meanwhile is asked of who sent it. */
  readonly credential: Credential
  readonly channel: Channel
  readonly line: Line
  /** Are all servers offered as one? */
  readonly federated: boolean
  readonly cancelled?: Gone
  readonly progressToken?: ProgressToken | undefined
  readonly takesInputRequests?: boolean
}

/** A string or a number of the client's, sent back as it came. */
export type ProgressToken = string | number

interface Gated {
  readonly gate: Gate
}

/** Who waits for one request, as its server may reach them. */
export function callerOf(parts: CallerParts, door: Gated): Caller {
  const { client, line, federated, cancelled, progressToken, takesInputRequests } = parts
  return {
    client,
    takesProgress: progressToken !== undefined,
    ...(cancelled && { cancelled }),
    ...(takesInputRequests && { takesInputRequests }),
    tell(server, notification) {
      const told = withToken(notification, progressToken)
      if (told !== undefined) line.tell(federated ? outwardNotice(server, told) : told)
    },
    streamed: (stream) => line.streamed?.(stream),
    ask: (server, request, withdrawn) => guardedAsk({ server, request, withdrawn }, parts, door),
  }
}

export interface ServerAsk {
  readonly server: string
  readonly request: McpMessage
  /** The server wants the answer no more. */
  readonly withdrawn?: Gone | undefined
}

/**
 * What a server asks of its client walks the guard, which carries it out by asking the client.
 * @throws PortcullisError `CLIENT_*`, `CALL_CANCELLED`, or the code it is refused with; a
 * `PeerError` for an error that the client answered.
 */
export async function guardedAsk(
  { server, request, withdrawn }: ServerAsk,
  { client, credential, channel, line, federated }: CallerParts,
  { gate }: Gated,
): Promise<JsonObject> {
  const { method, params: args } = request
  checkCapable(client, method)
  const asked: Caller = {
    client,
    tell: () => undefined,
    ask: (_, { method, params }) =>
      federated
        ? line
            .ask(server, { method, params: outward(server, params) }, withdrawn)
            .then((answer) => inward(server, answer))
        : line.ask(server, { method, params }, withdrawn),
  }
  const action = { kind: 'client.request', server, method, args } as const
  const end = line.begin()
  const held = withdrawn && { gone: withdrawn }
  const going = { action, credential, channel, caller: asked, ...held }
  const outcome = await gate.guard(going).finally(end)
  if (outcome.kind === 'done') return outcome.result
  const { code } = outcome
  const message = `\`${method}\` of server \`${server}\`: ${ERRORS[code].agent}`
  if (outcome.kind === 'failed' && outcome.answered !== undefined) {
    throw new PeerError(code, message, outcome.answered)
  }
  throw new PortcullisError(code, message)
}

/**
 * A method belongs to the capability that it begins with: `sampling/createMessage` to `sampling`.
 * @throws PeerError `CLIENT_INCAPABLE`: to the server, the client has no such method.
 */
function checkCapable({ about: { capabilities } }: McpClient, method: string): void {
  const [name = ''] = method.split('/')
  const { experimental, extensions } = capabilities
  if ([capabilities, experimental, extensions].some((declared) => declares(declared, name))) return
  const told = { code: METHOD_NOT_FOUND, message: 'Method not found' }
  throw new PeerError('CLIENT_INCAPABLE', `the client declared no \`${name}\``, told)
}

function declares(declared: JsonValue | undefined, name: string): boolean {
  return isJsonObject(declared) && Object.hasOwn(declared, name)
}

/** MCP, progress: only to who asked for it, under the token that came with the request. */
function withToken(
  { method, params }: McpMessage,
  progressToken: ProgressToken | undefined,
): McpMessage | undefined {
  if (method !== 'notifications/progress') return { method, params }
  return progressToken === undefined ? undefined : { method, params: { ...params, progressToken } }
}

/** The token that the params of a request ask for progress under. */
export function progressTokenOf({ _meta: meta }: JsonObject): ProgressToken | undefined {
  const token = isJsonObject(meta) ? meta.progressToken : undefined
  return typeof token === 'string' || typeof token === 'number' ? token : undefined
}

/** The error that a client answered in place of a result. */
export function clientRefusal(answered: PeerError['answered']): PeerError {
  return new PeerError('CLIENT_REFUSED', 'the client answered with an error', answered)
}
