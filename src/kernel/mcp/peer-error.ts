import { type ErrorCode, PortcullisError } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

/** The `error` of a JSON-RPC answer. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: JsonValue
}

/** JSON-RPC 2.0 section 5.1: there is no such method here. */
export const METHOD_NOT_FOUND = -32601
const INTERNAL_ERROR = -32603

/**
 * A server, or a client that a server asked, answered with an error of its own. The message is for
 * the operator; `answered` is what may be relayed, by a side that relays transparently.
 */
export class PeerError extends PortcullisError {
  readonly answered: RpcError

  constructor(code: ErrorCode, message: string, answered: RpcError) {
    super(code, message)
    this.answered = answered
  }
}

/** The error that an answer holds, in the shape that the protocol gives it. */
export function rpcErrorOf(error: JsonObject): RpcError {
  const { code, message, data } = error
  return {
    code: Number.isInteger(code) ? Number(code) : INTERNAL_ERROR,
    message: typeof message === 'string' ? message : '',
    ...(data !== undefined && { data }),
  }
}

/** The `error` member of an answer, if it is one. */
export function errorMember({ error }: JsonObject): RpcError | undefined {
  return isJsonObject(error) ? rpcErrorOf(error) : undefined
}
