import { setTimeout as rest } from 'node:timers/promises'
import type { Action } from '../../../kernel/action.ts'
import { codeOf, PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { ListPage } from '../../../pipeline/ports.ts'
import type { Door } from '../visit.ts'
import { cursorOf, OWN_CURSOR_LIMIT, type Place, readCursor } from './federated-cursor.ts'
import { entriesOf, LIST_KINDS, usable } from './list-kinds.ts'
import { mayUse } from './may-use.ts'
import type { Asking } from './waiting.ts'

/**
 * One page of what all servers list, in the order of their names. Whole pages of servers are taken
 * until there are enough entries, so that nothing has to be kept between two requests. A server
 * that does not answer in time is left out and logged: it takes nothing from the others.
 * @throws PortcullisError `REQUEST_METHOD_UNKNOWN` where no server has such a list;
 * `REQUEST_INVALID` for a cursor of somebody else.
 */
export async function federatedList(
  { method, params, room }: ListPage,
  asking: Asking,
  door: Door,
): Promise<string> {
  if (method === 'tools/list') return door.tools.page(asking.visit, params.cursor)
  const from = readCursor(params.cursor)
  const servers = serversWith(LIST_KINDS[method].capability, asking, door)
  if (servers.length === 0) {
    throw new PortcullisError('REQUEST_METHOD_UNKNOWN', `no server serves \`${method}\``)
  }
  const ahead = servers.filter((server) => from === undefined || server >= from.server)
  const firsts = new Map(
    ahead.map((server) => {
      const place = server === from?.server ? from : { server }
      return [server, pageOf(place, { method, asking, door, room })] as const
    }),
  )
  return await merge(firsts, { method, asking, door, room })
}

interface Listing {
  readonly method: Exclude<ListPage['method'], 'tools/list'>
  readonly asking: Asking
  readonly door: Door
  readonly room: ListPage['room']
}

interface Page {
  readonly entries: readonly JsonObject[]
  readonly next?: string
}

const NO_PAGE: Page = { entries: [] }

async function merge(
  firsts: ReadonlyMap<string, Promise<Page>>,
  listing: Listing,
): Promise<string> {
  const { entriesPerPage, pagesPerList } = listing.door.limits
  const { member } = LIST_KINDS[listing.method]
  const entries: JsonObject[] = []
  let pages = 0
  const full = () => entries.length >= entriesPerPage || pages >= pagesPerList
  const told = (place?: Place) =>
    JSON.stringify({ [member]: entries, ...(place && { nextCursor: cursorOf(place) }) })
  for (const [server, first] of firsts) {
    if (full()) return told({ server })
    let page = await first
    for (;;) {
      pages++
      entries.push(...page.entries)
      const { next } = page
      if (next === undefined) break
      if (full()) return told({ server, cursor: next })
      page = await pageOf({ server, cursor: next }, listing)
    }
  }
  return told()
}

/** A page of one server, filtered and under federated names; nothing where it fails. */
async function pageOf({ server, cursor }: Place, listing: Listing): Promise<Page> {
  const { method, asking, door, room } = listing
  const { identity, channel } = asking.visit
  const kind = LIST_KINDS[method]
  const sees = (actions: readonly Action[]) => door.gate.visible(identity, actions, channel)
  const named = (operation: string) => door.gate.named(identity, operation)
  const params = cursor === undefined ? {} : { cursor }
  const { client } = asking.waiting.caller
  try {
    const listed = door.upstreams(identity).list(server, { method, params, room }, { client })
    const page = await inTime(listed, door.limits.federatedWaitMs)
    const shown = usable(entriesOf(page, kind), { server, kind, sees, named })
    const entries = shown.map((entry) => kind.federated(server, entry))
    const { nextCursor } = page
    if (typeof nextCursor !== 'string' || nextCursor.length > OWN_CURSOR_LIMIT) return { entries }
    return { entries, next: nextCursor }
  } catch (error) {
    door.log.warn('mcp.list.incomplete', { server, method, code: codeOf(error) })
    return NO_PAGE
  }
}

/** @throws PortcullisError `UPSTREAM_TIMEOUT`. */
export async function inTime<T>(answer: Promise<T>, waitMs: number): Promise<T> {
  const timer = new AbortController()
  const late = rest(waitMs, undefined, { signal: timer.signal }).then(() => {
    throw new PortcullisError('UPSTREAM_TIMEOUT', `no answer within ${waitMs} ms`)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    timer.abort()
    late.catch(() => undefined)
  }
}

/** Servers that the agent may use and that have such a list, as far as that is known. */
function serversWith(capability: string, { visit }: Asking, door: Door): readonly string[] {
  const upstreams = door.upstreams(visit.identity)
  return upstreams
    .servers()
    .filter((server) => {
      const declared = upstreams.declared?.(server)
      if (declared !== undefined && declared.capabilities[capability] === undefined) return false
      return mayUse(server, visit, door)
    })
    .sort()
}
