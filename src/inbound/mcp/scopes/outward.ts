import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { federatedUri } from './federated-uri.ts'

/**
 * What comes from one server, as a client of all servers reads it: URIs of resources in the places
 * that MCP has for them (contents, links, embedded ones) bear the server's name. What a server
 * writes into text is text.
 */
export function outward(server: string, payload: JsonObject): JsonObject {
  const named = (uri: JsonValue) => (typeof uri === 'string' ? federatedUri(server, uri) : uri)
  const withUri = (value: JsonValue): JsonValue =>
    isJsonObject(value) && value.uri !== undefined ? { ...value, uri: named(value.uri) } : value
  const block = (value: JsonValue): JsonValue => {
    if (!isJsonObject(value)) return value
    if (value.type === 'resource_link') return withUri(value)
    if (value.type === 'resource' && value.resource !== undefined) {
      return { ...value, resource: withUri(value.resource) }
    }
    // What a tool answered, told again to a model.
    if (value.type === 'tool_result' && value.content !== undefined) {
      return { ...value, content: each(value.content, block) }
    }
    return value
  }
  const message = (value: JsonValue): JsonValue =>
    isJsonObject(value) && value.content !== undefined
      ? { ...value, content: each(value.content, block) }
      : value
  const { content, contents, messages } = payload
  return {
    ...payload,
    ...(content !== undefined && { content: each(content, block) }),
    ...(contents !== undefined && { contents: each(contents, withUri) }),
    ...(messages !== undefined && { messages: each(messages, message) }),
  }
}

/** A notification of one server, as a client of all of them reads it. */
export function outwardNotice(server: string, { method, params }: McpMessage): McpMessage {
  if (method !== 'notifications/resources/updated' || typeof params.uri !== 'string') {
    return { method, params }
  }
  return { method, params: { ...params, uri: federatedUri(server, params.uri) } }
}

/** Some members of MCP hold one block or a list of them. */
function each(value: JsonValue, map: (item: JsonValue) => JsonValue): JsonValue {
  return Array.isArray(value) ? value.map(map) : map(value)
}
