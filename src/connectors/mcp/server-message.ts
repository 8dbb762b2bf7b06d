import { isUtf8 } from 'node:buffer'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { PeerError, rpcErrorOf } from '../../kernel/mcp/peer-error.ts'
import { visible } from '../../kernel/text/visible.ts'
import { QUOTE_LIMIT, RESULT_DEPTH_LIMIT, RESULT_VALUES_LIMIT } from './options.ts'

/**
 * The JSON-RPC message that a server sent. Errors do not quote it: it may hold what agents must not
 * see. A repeated member is harmless here, since what is passed on is written anew from the value.
 * @throws PortcullisError `UPSTREAM_PROTOCOL` when it is none.
 */
export function readServerMessage(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw protocol('the server sent what is not UTF-8')
  const message = parsed(bytes.toString('utf8'))
  if (isJsonObject(message)) return message
  throw protocol('the server sent what is no JSON-RPC message')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Without a cause: the parser's own message quotes the text.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * The result of an answer.
 * @throws PortcullisError `UPSTREAM_REFUSED` for an error of the server, `UPSTREAM_PROTOCOL` for an
 * answer without a result and for a result that could not be covered by a receipt.
 */
export function resultOf({ result, error }: JsonObject): JsonObject {
  if (isJsonObject(error)) throw refusal(error)
  if (!isJsonObject(result)) throw protocol('the server answered with neither result nor error')
  checkPassable(result)
  return result
}

function refusal(error: JsonObject): PeerError {
  checkPassable(error)
  const number = typeof error.code === 'number' ? error.code : 'no code'
  const answered = rpcErrorOf(error)
  const said = `it refused with ${number}: \`${quote(answered.message)}\``
  return new PeerError('UPSTREAM_REFUSED', said, answered)
}

/** What has no canonical JSON can't enter a receipt: found after the effect, it would have none. */
export function checkPassable(value: JsonValue): void {
  check(value, 0, { values: RESULT_VALUES_LIMIT })
}

/** How many values may still come: each is looked at by every step behind this one. */
interface Left {
  values: number
}

function check(value: JsonValue, depth: number, left: Left): void {
  if (--left.values < 0) throw protocol('the answer holds too many values')
  if (typeof value === 'string') checkText(value)
  else if (typeof value === 'number') checkNumber(value)
  else if (typeof value === 'object' && value !== null) checkMembers(value, depth, left)
}

function checkMembers(value: JsonObject | readonly JsonValue[], depth: number, left: Left): void {
  if (depth === RESULT_DEPTH_LIMIT) throw protocol('the answer is nested too deep')
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1, left)
    return
  }
  for (const [name, item] of Object.entries(value)) {
    // Harmless as parsed, but `target[name] = …` in any code after this replaces a prototype.
    if (name === '__proto__') throw protocol('the answer has a member `__proto__`')
    checkText(name)
    check(item, depth + 1, left)
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw protocol('the answer holds half of a surrogate pair')
}

function checkNumber(number: number): void {
  if (!Number.isFinite(number)) throw protocol('the answer holds a number that is out of range')
}

/** The params of a message, empty where it has none. */
export function paramsOf({ params }: JsonObject): JsonObject {
  return isJsonObject(params) ? params : {}
}

/** Tells the server that nobody waits for the answer any more. */
export function cancellation(requestId: number): JsonObject {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }
}

/** A server's text, short and harmless enough for an error or a log line. */
export function quote(text: string): string {
  return visible(text.length <= QUOTE_LIMIT ? text : `${text.slice(0, QUOTE_LIMIT)}…`)
}

export function protocol(message: string): PortcullisError {
  return new PortcullisError('UPSTREAM_PROTOCOL', message)
}

export function unavailable(message: string, options?: ErrorOptions): PortcullisError {
  return new PortcullisError('UPSTREAM_UNAVAILABLE', message, options)
}
