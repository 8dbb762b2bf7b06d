import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { AboutClient, Gone, McpMessage } from '../../../pipeline/ports.ts'
import { callCancelled } from '../pending-requests.ts'
import { paramsOf, protocol } from '../server-message.ts'
import { isLegacy, mayAsk } from './capabilities.ts'
import { INPUT_REQUESTS_LIMIT, INPUT_ROUNDS_LIMIT, REQUEST_STATE_LIMIT_CHARS } from './limits.ts'

// MCP 2026-07-28, multi round-trip requests: a server that needs something of its client answers
// so, and gets the same request again, with the answers and what it wants to be reminded of.

/** Requests that may be answered by asking for input. */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

export interface InputRounds {
  readonly about: AboutClient
  readonly cancelled?: Gone | undefined
  readonly asked?: ((request: McpMessage) => Promise<JsonObject>) | undefined
  /** Sends the request with these params, under an id of its own. */
  send(params: JsonObject): Promise<JsonObject>
}

/**
 * The final result of a request, whatever its server asks for in between.
 * @throws PortcullisError `UPSTREAM_PROTOCOL` when it asks for what it may not, or without end;
 * whatever `asked` and `send` throw.
 */
export async function answeredInput({ method, params }: McpMessage, rounds: InputRounds) {
  const { inputResponses: _, requestState: __, ...original } = params
  let again: JsonObject = original
  for (let round = 0; round <= INPUT_ROUNDS_LIMIT; round++) {
    const result = await rounds.send(again)
    if (!asksForInput(result)) return result
    const wanted = readInputRequired(method, result, rounds.about)
    again = { ...original, ...(await answers(wanted, rounds)) }
  }
  throw protocol(`the server asked for input more than ${INPUT_ROUNDS_LIMIT} times`)
}

export function asksForInput({ resultType }: JsonObject): boolean {
  return resultType === 'input_required'
}

export interface InputRequired {
  readonly requests: readonly (readonly [key: string, request: McpMessage])[] | undefined
  readonly state: string | undefined
}

/** @throws PortcullisError `UPSTREAM_PROTOCOL` when a server may not ask so. */
export function readInputRequired(method: string, result: JsonObject, about: AboutClient) {
  const { inputRequests, requestState: state } = result
  if (!MAY_ASK.has(method)) throw protocol(`the server asks for input where it may not`)
  if (inputRequests === undefined && state === undefined) {
    throw protocol('the server asks for input, but not for which')
  }
  if (state !== undefined && !isState(state)) throw protocol('the state of the server is none')
  if (inputRequests !== undefined && !isJsonObject(inputRequests)) {
    throw protocol('the server asks for input that is malformed')
  }
  const entries = inputRequests && Object.entries(inputRequests)
  if (entries !== undefined && entries.length > INPUT_REQUESTS_LIMIT) {
    throw protocol('the server asks for too much at once')
  }
  const requests = entries?.map(([key, request]) => [key, readRequest(request, about)] as const)
  return { requests, state } satisfies InputRequired
}

function isState(state: JsonValue): state is string {
  return typeof state === 'string' && state.length <= REQUEST_STATE_LIMIT_CHARS
}

function readRequest(request: JsonValue, about: AboutClient): McpMessage {
  if (!isJsonObject(request) || typeof request.method !== 'string') {
    throw protocol('the server asks for input that is malformed')
  }
  const message = { method: request.method, params: paramsOf(request) }
  if (mayAsk(about, message)) return message
  throw protocol('the server asks for what the client does not offer')
}

/** All answers together: each may take a person's time. */
async function answers({ requests, state }: InputRequired, rounds: InputRounds) {
  const { asked, cancelled, about } = rounds
  const reminder = state === undefined ? {} : { requestState: state }
  if (requests === undefined || requests.length === 0) return reminder
  if (asked === undefined)
    throw protocol('the server asks for input, and nobody is there to answer')
  const all = requests.map(async ([key, request]) => [key, await asked(translated(request, about))])
  const inputResponses = Object.fromEntries(await unlessGone(Promise.all(all), cancelled))
  return { inputResponses, ...reminder }
}

/** MCP 2025-11-25: an address to visit has an id there. It names nothing here. */
function translated({ method, params }: McpMessage, about: AboutClient): McpMessage {
  if (!isLegacy(about) || params.mode !== 'url') return { method, params }
  return { method, params: { elicitationId: crypto.randomUUID(), ...params } }
}

async function unlessGone<T>(work: Promise<T>, cancelled: Gone | undefined): Promise<T> {
  if (cancelled === undefined) return await work
  const { promise, reject } = Promise.withResolvers<never>()
  const gone = () => reject(callCancelled())
  cancelled.addEventListener('abort', gone)
  if (cancelled.aborted) gone()
  try {
    return await Promise.race([work, promise])
  } finally {
    cancelled.removeEventListener('abort', gone)
  }
}
