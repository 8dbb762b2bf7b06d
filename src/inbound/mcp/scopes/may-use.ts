import type { Action } from '../../../kernel/action.ts'
import { toolCall } from '../tool-name.ts'
import type { Door, Visit } from '../visit.ts'

/**
 * Methods of which one has to be within reach of an agent for a server to be there for it, beside
 * its tools. Policies that permit single resources or prompts alone permit `initialize` as well.
 */
const OPENINGS = [
  'initialize',
  'resources/read',
  'resources/subscribe',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
] as const

/**
 * May the agent use anything at all of a server? Known from the policies and from what is listed
 * already: nobody has a server opened by asking for it.
 */
export function mayUse(server: string, { identity, channel }: Visit, door: Door): boolean {
  if (!door.upstreams(identity).servers().includes(server)) return false
  const sees = (actions: readonly Action[]) =>
    door.gate.visible(identity, actions, channel).includes(true)
  if (sees(OPENINGS.map((method) => ({ kind: 'mcp.request', server, method, args: {} })))) {
    return true
  }
  const tools = door.offer(identity)?.catalog.tools() ?? []
  const own = tools.filter((tool) => tool.server === server)
  return sees(
    own.map(({ tool, definition }) => ({ ...toolCall(`${server}.${tool}`, {}), definition })),
  )
}
