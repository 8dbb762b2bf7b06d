import type { McpMessage } from '../../pipeline/ports.ts'
import { inRoom } from '../answer-room.ts'
import { type Acted, act } from './scopes/act.ts'
import { federatedList } from './scopes/federated-list.ts'
import { serveFederated } from './scopes/federated-request.ts'
import { federatedTaskList } from './scopes/federated-task-list.ts'
import { isListMethod } from './scopes/list-kinds.ts'
import { relayedAction } from './scopes/relayed-action.ts'
import { relayedList } from './scopes/relayed-list.ts'
import { type Asking, leaving } from './scopes/waiting.ts'
import type { Door } from './visit.ts'

export type { Asking, Waiting } from './scopes/waiting.ts'

/**
 * What a method came to: a list, as JSON text, which is no action and is nobody else's to cache; or
 * what the guard made of an action.
 */
export type Served = { readonly kind: 'listed'; readonly result: string } | Acted

/**
 * One request of a client. The revisions differ in how it comes and how its answer goes; what it
 * is, is the same. The opening, `ping` and streams are matters of a revision and never come here.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN`, `REQUEST_INVALID`; `UPSTREAM_*` for a list.
 */
export async function serveMethod(
  message: McpMessage,
  asking: Asking,
  door: Door,
): Promise<Served> {
  const { method, params } = message
  const { server } = asking
  if (server === undefined && method === 'tasks/list') {
    return { kind: 'listed', result: await federatedTaskList(params, asking, door) }
  }
  if (!isListMethod(method)) return serveAction(message, asking, door)
  const result = await inRoom(door.answers, leaving(asking), (room) => {
    const page = { method, params, room }
    return server === undefined
      ? federatedList(page, asking, door)
      : relayedList(page, { ...asking, server }, door)
  })
  return { kind: 'listed', result }
}

/**
 * A request that is an action, or a notification of the client, which is one too: what came of
 * that, nobody is told.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN`, `REQUEST_INVALID`.
 */
export function serveAction(message: McpMessage, asking: Asking, door: Door): Promise<Acted> {
  const { server } = asking
  if (server === undefined) return serveFederated(message, asking, door)
  return act(relayedAction(server, message), asking, door)
}
