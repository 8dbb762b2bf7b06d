import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { federatedTask, isTaskNotice, ownTask, RELATED_TASK } from '../tasks/federated-task.ts'
import { federatedUri } from './federated-uri.ts'

/**
 * What comes from one server, as a client of all servers reads it: URIs of resources in the places
 * that MCP has for them (contents, links, embedded ones) bear the server's name, and so do ids of
 * tasks. What a server writes into text is text.
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
  const { content, contents, messages, task, _meta } = payload
  return {
    ...(payload.resultType === 'task' ? outwardTask(server, payload) : payload),
    ...(content !== undefined && { content: each(content, block) }),
    ...(contents !== undefined && { contents: each(contents, withUri) }),
    ...(messages !== undefined && { messages: each(messages, message) }),
    ...(isJsonObject(task) && { task: outwardTask(server, task) }),
    ...(isJsonObject(_meta) && { _meta: outwardMeta(server, _meta) }),
  }
}

/** One of its tasks: also what it came to, or what it asks of its client. */
export function outwardTask(server: string, task: JsonObject): JsonObject {
  const { taskId, result, inputRequests } = task
  return {
    ...task,
    ...(taskId !== undefined && { taskId: federatedTask(server, taskId) }),
    ...(isJsonObject(result) && { result: outward(server, result) }),
    ...(isJsonObject(inputRequests) && { inputRequests: outwardAsks(server, inputRequests) }),
  }
}

function outwardAsks(server: string, asks: JsonObject): JsonObject {
  const outside = (ask: JsonValue) =>
    isJsonObject(ask) && isJsonObject(ask.params)
      ? { ...ask, params: outward(server, ask.params) }
      : ask
  return Object.fromEntries(Object.entries(asks).map(([name, ask]) => [name, outside(ask)]))
}

function outwardMeta(server: string, meta: JsonObject): JsonObject {
  const related = meta[RELATED_TASK]
  return isJsonObject(related) ? { ...meta, [RELATED_TASK]: outwardTask(server, related) } : meta
}

/** A notification of one server, as a client of all of them reads it. */
export function outwardNotice(server: string, { method, params }: McpMessage): McpMessage {
  if (isTaskNotice(method)) return { method, params: outwardTask(server, params) }
  const { _meta, uri } = params
  const isUpdate = method === 'notifications/resources/updated' && typeof uri === 'string'
  const told = {
    ...params,
    ...(isUpdate && { uri: federatedUri(server, uri) }),
    ...(isJsonObject(_meta) && { _meta: outwardMeta(server, _meta) }),
  }
  return { method, params: told }
}

/** What a client answers to one server, which knows its tasks by its own names. */
export function inward(server: string, answer: JsonObject): JsonObject {
  const { _meta } = answer
  const related = isJsonObject(_meta) ? _meta[RELATED_TASK] : undefined
  if (!isJsonObject(_meta) || !isJsonObject(related)) return answer
  const taskId = ownTask(server, related.taskId)
  if (taskId === undefined) return answer
  return { ...answer, _meta: { ..._meta, [RELATED_TASK]: { ...related, taskId } } }
}

/** Some members of MCP hold one block or a list of them. */
function each(value: JsonValue, map: (item: JsonValue) => JsonValue): JsonValue {
  return Array.isArray(value) ? value.map(map) : map(value)
}
