import { PortcullisError } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import { type RpcError, rpcErrorOf } from '../mcp/peer-error.ts'

/** Characters of a request's id, which is echoed in the answer. */
export const MESSAGE_ID_LENGTH_LIMIT = 256
/** Characters of a method's name. */
export const METHOD_LENGTH_LIMIT = 128

/** MCP narrows JSON-RPC: never `null`, and a number is an integer. */
export type MessageId = string | number

export interface RpcRequest {
  readonly kind: 'request'
  readonly id: MessageId
  readonly method: string
  readonly params: JsonObject
}

export interface RpcNotification {
  readonly kind: 'notification'
  readonly method: string
  readonly params: JsonObject
}

/** An answer to something that was asked of the sender. */
export interface RpcResponse {
  readonly kind: 'response'
  /** Absent where the sender could not read what it answers. */
  readonly id?: MessageId
  readonly answer: { readonly result: JsonObject } | { readonly error: RpcError }
}

/** One JSON-RPC 2.0 message as MCP allows it. Absent `params` read as an empty object. */
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse

/**
 * Tells which message a JSON value is.
 * @throws PortcullisError `REQUEST_BATCH` for an array, `REQUEST_INVALID` for any other shape.
 */
export function readMessage(value: JsonValue): RpcMessage {
  if (Array.isArray(value)) {
    throw new PortcullisError('REQUEST_BATCH', 'one message at a time: a batch was sent')
  }
  if (!isJsonObject(value)) throw invalid('a message is an object')
  if (value.jsonrpc !== '2.0') throw invalid('a message has `"jsonrpc": "2.0"`')
  // Two of them at once would be a request to one reader and a response to another.
  const parts = ['method', 'result', 'error'].filter((part) => Object.hasOwn(value, part))
  if (parts.length !== 1) throw invalid('a message has one of `method`, `result` and `error`')
  return parts[0] === 'method' ? readCall(value) : readResponse(value)
}

function readCall(value: JsonObject): RpcRequest | RpcNotification {
  const { method, params = {} } = value
  if (typeof method !== 'string' || method === '' || method.length > METHOD_LENGTH_LIMIT) {
    throw invalid(`a method is a string of 1 to ${METHOD_LENGTH_LIMIT} characters`)
  }
  if (!isJsonObject(params)) throw invalid('`params` is an object')
  if (!Object.hasOwn(value, 'id')) return { kind: 'notification', method, params }
  return { kind: 'request', id: readId(value.id), method, params }
}

/** An error may answer what could not be read, and then has no id. */
function readResponse(value: JsonObject): RpcResponse {
  if (Object.hasOwn(value, 'result')) {
    const { result } = value
    if (!isJsonObject(result)) throw invalid('`result` is an object')
    return { kind: 'response', id: readId(value.id), answer: { result } }
  }
  const id = value.id === undefined ? {} : { id: readId(value.id) }
  if (!isJsonObject(value.error)) throw invalid('`error` is an object')
  return { kind: 'response', ...id, answer: { error: rpcErrorOf(value.error) } }
}

function readId(id: JsonValue | undefined): MessageId {
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id
  if (typeof id === 'string' && id.length <= MESSAGE_ID_LENGTH_LIMIT) return id
  throw invalid(`an id is an integer or a string of up to ${MESSAGE_ID_LENGTH_LIMIT} characters`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
