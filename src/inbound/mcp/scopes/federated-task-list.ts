import type { JsonObject, JsonValue } from '../../../kernel/json/value.ts'
import type { Door } from '../visit.ts'
import { act } from './act.ts'
import { cursorOf, OWN_CURSOR_LIMIT, type Place, readCursor } from './federated-cursor.ts'
import { outwardTask } from './outward.ts'
import { relayedRequest } from './relayed-action.ts'
import type { Asking } from './waiting.ts'

/**
 * One page of the agent's own tasks (MCP 2025-11-25, listing tasks), of those servers alone that
 * made some for it, in the order of their names. To ask each of them is an action: one that refuses
 * or fails is left out and logged.
 * @throws PortcullisError `REQUEST_INVALID` for a cursor of somebody else.
 */
export async function federatedTaskList(
  params: JsonObject,
  asking: Asking,
  door: Door,
): Promise<string> {
  const from = readCursor(params.cursor)
  const { entriesPerPage, pagesPerList } = door.limits
  const tasks: JsonValue[] = []
  let places = placesOf(from, asking, door)
  for (let pages = 0; pages < pagesPerList && tasks.length < entriesPerPage; pages++) {
    const [place, ...ahead] = places
    if (place === undefined) break
    const page = await pageOf(place, asking, door)
    tasks.push(...page.tasks)
    places = page.next === undefined ? ahead : [page.next, ...ahead]
  }
  const [next] = places
  return JSON.stringify({ tasks, ...(next && { nextCursor: cursorOf(next) }) })
}

function placesOf(from: Place | undefined, { visit }: Asking, door: Door): readonly Place[] {
  const { identity } = visit
  const there = door.upstreams(identity).servers()
  const servers = [...door.tasks.serversOf(identity)].filter((server) => there.includes(server))
  return servers
    .sort()
    .filter((server) => from === undefined || server >= from.server)
    .map((server) => (server === from?.server ? from : { server }))
}

interface Page {
  readonly tasks: readonly JsonValue[]
  readonly next?: Place
}

async function pageOf({ server, cursor }: Place, asking: Asking, door: Door): Promise<Page> {
  const params = cursor === undefined ? {} : { cursor }
  const action = relayedRequest(server, { method: 'tasks/list', params })
  const { outcome } = await act(action, asking, door)
  if (outcome.kind !== 'done') {
    door.log.warn('mcp.list.incomplete', { server, method: action.method, code: outcome.code })
    return { tasks: [] }
  }
  const { tasks, nextCursor } = outcome.result
  const listed = (tasks as readonly JsonObject[]).map((task) => outwardTask(server, task))
  const goesOn = typeof nextCursor === 'string' && nextCursor.length <= OWN_CURSOR_LIMIT
  return { tasks: listed, ...(goesOn && { next: { server, cursor: nextCursor } }) }
}
