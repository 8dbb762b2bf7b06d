import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'

/**
 * What a result asks for, by the names that its server gave.
 * @throws PortcullisError `UPSTREAM_PROTOCOL`.
 */
export function readInputRequests({ inputRequests = {} }: JsonObject) {
  if (!isJsonObject(inputRequests)) throw protocol('`inputRequests` is no object')
  return Object.entries(inputRequests).map(([name, request]) => ({
    name,
    request: readRequest(request),
  }))
}

function readRequest(request: JsonValue): McpMessage {
  if (!isJsonObject(request) || typeof request.method !== 'string') {
    throw protocol('an input request has a method')
  }
  const { method, params = {} } = request
  if (isJsonObject(params)) return { method, params }
  throw protocol('the params of an input request are an object')
}

function protocol(message: string): PortcullisError {
  return new PortcullisError('UPSTREAM_PROTOCOL', message)
}
