import type { Action } from '../../../kernel/action.ts'
import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { isTaskNotice, readTask } from '../tasks/federated-task.ts'
import { namesTask } from '../tasks/own-tasks.ts'
import { readToolCall } from '../tool-call.ts'
import type { Door } from '../visit.ts'
import { type Acted, act } from './act.ts'
import { ownUri } from './federated-uri.ts'
import { outward, outwardTask } from './outward.ts'
import { callParts, relayedRequest } from './relayed-action.ts'
import type { Asking } from './waiting.ts'

/**
 * A request to all servers as one goes to the server that its names are of. What names none goes to
 * every server that it may go to. Policies and servers see the server's own names.
 * @throws PortcullisError `METHOD_WITHOUT_SERVER`, `REQUEST_METHOD_UNKNOWN`, `REQUEST_INVALID`,
 * `TASK_UNKNOWN`.
 */
export async function serveFederated(
  message: McpMessage,
  asking: Asking,
  door: Door,
): Promise<Acted> {
  if (isForAll(message)) return serveAll(message, asking, door)
  const action = federatedAction(message)
  const acted = await act(action, asking, door)
  const { outcome } = acted
  if (outcome.kind !== 'done' || !('server' in action)) return acted
  const result = outward(action.server, outcome.result)
  const isTask = action.kind === 'mcp.request' && namesTask(action.method)
  const told = isTask ? outwardTask(action.server, result) : result
  return { ...acted, outcome: { ...outcome, result: told } }
}

/** The action that a message to all servers as one asks for. */
function federatedAction({ method, params }: McpMessage): Action {
  switch (method) {
    case 'tools/call': {
      const action = readToolCall(params)
      return action.kind === 'tool.call' ? { ...action, ...callParts(params) } : action
    }
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      const { server, uri } = readUri(params.uri)
      return relayedRequest(server, { method, params: { ...params, uri } })
    }
    case 'prompts/get': {
      const { server, name } = readName(params.name)
      return relayedRequest(server, { method, params: { ...params, name } })
    }
    case 'completion/complete': {
      const { server, ref } = readReference(params.ref)
      return relayedRequest(server, { method, params: { ...params, ref } })
    }
    default: {
      // Which server an agent could mean changes with the policies and with the next server: what
      // was meant for one would go to another.
      if (!namesTask(method)) throw new PortcullisError('METHOD_WITHOUT_SERVER', `\`${method}\``)
      const { server, taskId } = readTask(params.taskId)
      return relayedRequest(server, { method, params: { ...params, taskId } })
    }
  }
}

function isForAll({ method }: McpMessage): boolean {
  return method === 'logging/setLevel' || method.startsWith('notifications/')
}

/** It is done where one server did it; else it is what came of it at the first. */
async function serveAll(message: McpMessage, asking: Asking, door: Door): Promise<Acted> {
  const { identity, channel } = asking.visit
  const actions = door
    .upstreams(identity)
    .servers()
    .filter((server) => hears(server, message, { asking, door }))
    .map((server) => relayedRequest(server, message))
  const seen = door.gate.visible(identity, actions, channel)
  const all = await Promise.all(
    actions.filter((_, at) => seen[at] === true).map((action) => act(action, asking, door)),
  )
  const [acted] = [...all.filter(({ outcome }) => outcome.kind === 'done'), ...all]
  if (acted !== undefined) return acted
  const message_ = `the method \`${message.method}\` is not served`
  throw new PortcullisError('REQUEST_METHOD_UNKNOWN', message_)
}

/**
 * A server that is known to keep no log is not told how much of it to send; and how a task of the
 * client's own is, nobody: which server asked for it is not known here.
 */
function hears(
  server: string,
  { method }: McpMessage,
  { asking, door }: { readonly asking: Asking; readonly door: Door },
): boolean {
  if (method !== 'logging/setLevel') return !isTaskNotice(method)
  const declared = door.upstreams(asking.visit.identity).declared?.(server)
  return declared === undefined || declared.capabilities.logging !== undefined
}

function readUri(uri: JsonValue | undefined) {
  const own = typeof uri === 'string' ? ownUri(uri) : undefined
  if (own !== undefined) return own
  throw new PortcullisError('REQUEST_INVALID', '`uri` is not one that this endpoint lists')
}

function readName(federated: JsonValue | undefined) {
  const [, server, name] =
    typeof federated === 'string' ? (/^([a-z][a-z0-9_-]{0,31})\.(.+)$/s.exec(federated) ?? []) : []
  if (server !== undefined && name !== undefined) return { server, name }
  throw new PortcullisError('REQUEST_INVALID', '`name` is not one that this endpoint lists')
}

/** MCP, completion: what is completed is an argument of a prompt or of a template. */
function readReference(ref: JsonValue | undefined): { server: string; ref: JsonObject } {
  if (isJsonObject(ref) && ref.type === 'ref/prompt') {
    const { server, name } = readName(ref.name)
    return { server, ref: { ...ref, name } }
  }
  if (isJsonObject(ref) && ref.type === 'ref/resource') {
    const { server, uri } = readUri(ref.uri)
    return { server, ref: { ...ref, uri } }
  }
  throw new PortcullisError('REQUEST_INVALID', '`ref` is none that this endpoint lists')
}
