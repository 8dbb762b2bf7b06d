import type { ErrorCode } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { MessageId } from '../../../kernel/jsonrpc/message.ts'
import { type Answer, errorAnswer, resultAnswer } from '../answer.ts'
import { MissingCapability } from './declared.ts'
import { VersionUnsupported } from './envelope.ts'
import { ALL_VERSIONS, META } from './era.ts'

/** Methods whose results say how long they may be kept (MCP 2026-07-28, caching). */
const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/**
 * What every answer is marked with. It was filtered or redacted for one agent, by the policies and
 * the facts of this moment: another agent's view would tell of what is hidden, and tomorrow's
 * policy may hide what is shown today. So nobody keeps it.
 */
const UNCACHEABLE = { ttlMs: 0, cacheScope: 'private' } as const

/** How the runtime calls itself. */
export interface Self {
  readonly name: string
  readonly title: string
  readonly version: string
}

/** A result as this era has it. Whatever it says beside stays as it is. */
export function completed(method: string, result: JsonObject, self?: Self): JsonObject {
  const { resultType } = result
  const meta = isJsonObject(result._meta) ? result._meta : {}
  const named = self === undefined ? meta : { ...meta, [META.server]: { ...self } }
  return {
    ...result,
    resultType: typeof resultType === 'string' ? resultType : 'complete',
    ...(CACHEABLE.has(method) && UNCACHEABLE),
    ...(Object.keys(named).length > 0 && { _meta: named }),
  }
}

/** The interim result that asks the client for input. */
export function inputRequired(requests: JsonObject, requestState: string): JsonObject {
  const asked = Object.keys(requests).length > 0 && { inputRequests: requests }
  return { resultType: 'input_required', ...asked, requestState }
}

export function answered(id: MessageId, result: JsonObject): Answer {
  return resultAnswer(id, JSON.stringify(result))
}

/**
 * Errors that have a status of their own under MCP 2026-07-28. Any other refusal of a method is an
 * ordinary answer of the protocol.
 */
const TOLD_BY_STATUS: ReadonlySet<ErrorCode> = new Set([
  'REQUEST_META_INVALID',
  'REQUEST_HEADER_MISMATCH',
  'REQUEST_VERSION_UNSUPPORTED',
  'REQUEST_METHOD_UNKNOWN',
  'METHOD_WITHOUT_SERVER',
  'CLIENT_INCAPABLE',
  'MCP_SERVER_UNKNOWN',
])

/** A refusal of one request, with what the protocol wants to be told beside. */
export function refusal(code: ErrorCode, error: unknown, id: MessageId | undefined): Answer {
  const inBand = id !== undefined && !TOLD_BY_STATUS.has(code)
  return errorAnswer(code, { id, inBand, data: beside(error) })
}

function beside(error: unknown): JsonObject {
  if (error instanceof VersionUnsupported) {
    return { supported: ALL_VERSIONS, requested: error.requested }
  }
  if (error instanceof MissingCapability) return { requiredCapabilities: error.required }
  return {}
}

/** JSON-RPC 2.0 section 5.1. */
const METHOD_NOT_FOUND = -32601
const INVALID_PARAMS = -32602
const INTERNAL_ERROR = -32603

/** Codes that were a server's to use before, and are nobody's now. */
const RETIRED: ReadonlyMap<JsonValue | undefined, number> = new Map([
  [-32002, INVALID_PARAMS],
  [-32042, INTERNAL_ERROR],
])

/** What a status of its own goes with, also where a server behind says it. */
const STATUS_OF: ReadonlyMap<JsonValue | undefined, number> = new Map([
  [METHOD_NOT_FOUND, 404],
  [-32021, 400],
])

/** An answer that was made for any era, as it is in this one. */
export function translated(answer: Answer, method: string, self?: Self): Answer {
  if (!('body' in answer) || answer.body === undefined) return answer
  const { result, error, ...frame } = JSON.parse(answer.body) as Record<string, JsonValue>
  if (isJsonObject(result)) {
    const body = JSON.stringify({ ...frame, result: completed(method, result, self) })
    return { ...answer, body }
  }
  if (!isJsonObject(error)) return answer
  const code = RETIRED.get(error.code) ?? error.code ?? INTERNAL_ERROR
  const body = JSON.stringify({ ...frame, error: { ...error, code } })
  return { ...answer, status: STATUS_OF.get(code) ?? answer.status, body }
}
