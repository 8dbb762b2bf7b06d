import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Caller, McpClient } from '../../../pipeline/ports.ts'
import { type CallerParts, callerOf, guardedAsk, type ServerAsk } from '../caller.ts'
import type { Served } from '../serve-method.ts'
import type { Door } from '../visit.ts'
import type { Conversation } from './conversation.ts'
import { checkDeclared, INPUT_METHODS } from './declared.ts'
import { readInputRequests } from './input-requests.ts'

/** One call of a client and all that it takes to ask that client meanwhile. */
export interface Call {
  readonly conversation: Conversation
  readonly client: McpClient
  /** The server that it is for; absent where all of them are offered as one. */
  readonly server: string | undefined
  readonly method: string
}

/**
 * How the servers of a call reach its client. Whatever they ask is asked under the credential of
 * the newest request: an older one may have expired while the client thought.
 */
export function callerOfCall(call: Call, door: Door): Caller {
  const takesInputRequests = INPUT_METHODS.has(call.method)
  return {
    ...callerOf({ ...partsOf(call), takesInputRequests }, door),
    async ask(server, request, withdrawn) {
      if (takesInputRequests) return askClient(call, { server, request, withdrawn }, door)
      throw protocol(`nothing may be asked during \`${call.method}\``)
    },
  }
}

function partsOf({ conversation, client, server }: Call, name?: string): CallerParts {
  const { visit, envelope } = conversation.leg
  const { credential, channel } = visit
  const { progressToken } = envelope
  return {
    ...{ client, credential, channel, progressToken },
    cancelled: conversation.cancelled,
    federated: server === undefined,
    line: {
      tell: (notification) => conversation.leg.stream.tell(notification),
      begin: () => conversation.takePlace(),
      streamed: (stream) => conversation.leg.stream.streamed(stream),
      ask: (_server, request, withdrawn) => conversation.ask(request, { name, withdrawn }),
    },
  }
}

/** A request of a server to its client, under a name of the server's own if it gave it one. */
interface NamedAsk extends ServerAsk {
  readonly name?: string
}

/** Resolves when the client has come back with the answer. */
async function askClient(call: Call, { name, ...ask }: NamedAsk, door: Door): Promise<JsonObject> {
  checkDeclared(call.conversation.leg.envelope.about.capabilities, ask.request)
  return guardedAsk(ask, partsOf(call, name), door)
}

/** The result of a server of this era that asks for input, with its server; else nothing. */
export function inputWanted(served: Served, { server, method }: Call): Wanted | undefined {
  if (served.kind !== 'acted' || served.outcome.kind !== 'done') return undefined
  const { result } = served.outcome
  if (result.resultType !== 'input_required') return undefined
  if (!INPUT_METHODS.has(method)) throw protocol(`\`${method}\` is answered by a question`)
  return { server: server ?? serverOf(served.operation), result }
}

/** The first part of an operation's name: `desk` of `desk.mcp.resources.read`. */
function serverOf(operation: string): string {
  return operation.slice(0, Math.max(operation.indexOf('.'), 0))
}

interface Wanted {
  readonly server: string
  readonly result: JsonObject
}

/**
 * The members of the retry that a server is to get: its own state, and what the client answered.
 * All of it is asked, or nothing: what is not permitted, or nothing the client declared, ends it.
 * @throws PortcullisError `CLIENT_*`, `UPSTREAM_PROTOCOL`, the code that a question is refused by.
 */
export async function answersTo(wanted: Wanted, call: Call, door: Door): Promise<JsonObject> {
  const { requestState } = wanted.result
  const state = requestState === undefined ? {} : { requestState }
  const asks = readInputRequests(wanted.result)
  if (asks.length === 0) {
    if (requestState === undefined) throw protocol('a result asks for nothing')
    await call.conversation.pause()
    return state
  }
  const { capabilities } = call.conversation.leg.envelope.about
  for (const { request } of asks) checkDeclared(capabilities, request)
  const { server } = wanted
  const answers = asks.map(async ({ name, request }) => {
    return [name, await askClient(call, { server, request, name }, door)] as const
  })
  return { ...state, inputResponses: Object.fromEntries(await Promise.all(answers)) }
}

function protocol(message: string): PortcullisError {
  return new PortcullisError('UPSTREAM_PROTOCOL', message)
}
