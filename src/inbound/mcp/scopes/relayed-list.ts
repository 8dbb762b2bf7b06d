import { PortcullisError } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { ListPage } from '../../../pipeline/ports.ts'
import type { Door } from '../visit.ts'
import { entriesOf, LIST_KINDS, usable } from './list-kinds.ts'
import { withoutToken } from './relayed-action.ts'
import type { Asking } from './waiting.ts'

/**
 * One page of a server's list without what the agent may not use. Whatever else the page says is
 * passed on, the server's own cursor too: a page may be empty and have a next one.
 * @throws PortcullisError `UPSTREAM_*`.
 */
export async function relayedList(
  { method, params, room }: ListPage,
  { visit, waiting, server }: Asking & { readonly server: string },
  door: Door,
): Promise<string> {
  const kind = LIST_KINDS[method]
  const upstreams = door.upstreams(visit.identity)
  const asked = { method, params: withoutToken(params), room }
  const page = await upstreams.list(server, asked, waiting.caller)
  if (!Array.isArray(page[kind.member])) {
    throw new PortcullisError('UPSTREAM_PROTOCOL', `server \`${server}\`: a list without a list`)
  }
  const { identity, channel } = visit
  const sees = (actions: Parameters<typeof door.gate.visible>[1]) =>
    door.gate.visible(identity, actions, channel)
  const named = (operation: string) => door.gate.named(identity, operation)
  const entries =
    method === 'tools/list' ? firstOfName(entriesOf(page, kind)) : entriesOf(page, kind)
  const shown = usable(entries, { server, kind, sees, named })
  return JSON.stringify({ ...page, [kind.member]: shown })
}

/** Of two tools with one name the first counts, as where it is called. */
function firstOfName(entries: readonly JsonObject[]): readonly JsonObject[] {
  const names = new Set<unknown>()
  return entries.filter(({ name }) => !names.has(name) && names.add(name))
}
