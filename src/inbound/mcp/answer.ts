import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { ERRORS, type ErrorCode, retryAfterMs } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { MessageId } from '../../kernel/jsonrpc/message.ts'
import type { RpcError } from '../../kernel/mcp/peer-error.ts'

/** What goes back: a complete answer, or the right to write to the response from now on. */
export type Answer =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | { readonly stream: (response: ServerResponse) => void }

export const ACCEPTED: Answer = { status: 202 }

/** A JSON-RPC result. `result` is JSON text. */
export function resultAnswer(
  id: MessageId,
  result: string,
  headers?: Readonly<Record<string, string>>,
): Answer {
  const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
  return headers === undefined ? { status: 200, body } : { status: 200, headers, body }
}

/** The error that a server answered, in band. */
export function peerErrorAnswer(id: MessageId, error: RpcError): Answer {
  return { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id, error }) }
}

export interface ErrorAnswerOptions {
  /** Absent where the message was not read (MCP: an error response without an id). */
  readonly id?: MessageId | undefined
  /**
   * The message was accepted and its method refuses it: an ordinary answer of the protocol, which
   * under MCP 2025-11-25 has the status 200. There 404 would mean that the session is gone.
   */
  readonly inBand?: boolean
  readonly data?: JsonObject
  /** What was asked for, where the credential is not for it. */
  readonly operation?: string
}

/** A JSON-RPC error with what the agent may know of it. */
export function errorAnswer(code: ErrorCode, options: ErrorAnswerOptions = {}): Answer {
  const status = options.inBand === true ? 200 : ERRORS[code].http
  const body = errorBody(code, options)
  const challenge = challengeOf(code, options)
  if (challenge !== undefined) return { status, body, headers: { 'www-authenticate': challenge } }
  // What is left of the request will not be read: the connection can't serve another one.
  if (status === 408) return { status, body, headers: { connection: 'close' } }
  if (status !== 503) return { status, body }
  // RFC 9110 section 10.2.3: in whole seconds.
  const waitMs = retryAfterMs(code)
  if (waitMs === undefined) return { status, body }
  return { status, body, headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } }
}

export function errorBody(code: ErrorCode, options: ErrorAnswerOptions = {}): string {
  const { id, inBand = false, data } = options
  const waitMs = retryAfterMs(code)
  const error = {
    code: inBand && code === 'REQUEST_INVALID' ? INVALID_PARAMS : rpcCodeOf(code),
    message: ERRORS[code].agent,
    data: { code, ...(waitMs !== undefined && { retryAfterMs: waitMs }), ...data },
  }
  return JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error })
}

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  if ('stream' in answer) {
    reply.hijack()
    answer.stream(reply.raw)
    return reply
  }
  const { status, headers, body } = answer
  reply.code(status)
  if (headers !== undefined) reply.headers(headers)
  return body === undefined ? reply.send() : reply.type('application/json').send(body)
}

const INVALID_PARAMS = -32602

/**
 * Codes of JSON-RPC 2.0 section 5.1, and of MCP for headers (-32020), capabilities (-32021) and
 * versions (-32022).
 */
const RPC_CODES: Partial<Record<ErrorCode, number>> = {
  REQUEST_MALFORMED_JSON: -32700,
  REQUEST_INVALID_UTF8: -32700,
  REQUEST_DUPLICATE_KEY: -32700,
  REQUEST_TOO_DEEP: -32700,
  REQUEST_UNSAFE_JSON: -32700,
  REQUEST_BATCH: -32600,
  REQUEST_INVALID: -32600,
  REQUEST_METHOD_UNKNOWN: -32601,
  METHOD_WITHOUT_SERVER: -32601,
  REQUEST_HEADER_MISMATCH: -32020,
  REQUEST_VERSION_UNSUPPORTED: -32022,
  REQUEST_META_INVALID: -32602,
  REQUEST_STATE_REFUSED: -32602,
  TASK_UNKNOWN: -32602,
  CLIENT_INCAPABLE: -32021,
  SESSION_UNKNOWN: -32001,
  INTERNAL: -32603,
}

function rpcCodeOf(code: ErrorCode): number {
  return RPC_CODES[code] ?? (ERRORS[code].http === 401 ? -32001 : -32000)
}

/** RFC 6750 section 3: no error code for a request that brought no credential. */
function challengeOf(code: ErrorCode, { operation }: ErrorAnswerOptions): string | undefined {
  switch (code) {
    case 'IDENTITY_MISSING':
      return 'Bearer'
    case 'IDENTITY_UNPROVED':
      return 'DPoP error="invalid_dpop_proof"'
    case 'DPOP_NONCE_REQUIRED':
      return 'DPoP error="use_dpop_nonce"'
    case 'SCOPE_INSUFFICIENT':
      return `Bearer error="insufficient_scope", scope="${operation ?? ''}"`
    default:
      return ERRORS[code].http === 401 ? 'Bearer error="invalid_token"' : undefined
  }
}
