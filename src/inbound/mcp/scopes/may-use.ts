import type { Action } from '../../../kernel/action.ts'
import { METHOD_PREFIX } from '../../../kernel/mcp/mcp-action.ts'
import { toolCall } from '../tool-name.ts'
import type { Door, Visit } from '../visit.ts'
import { type Named, patternSamples, readingNamed } from './samples.ts'

/** Methods of which one has to be within reach of an agent for a server to be there for it. */
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
  const calls = own.map(({ tool, definition }) => {
    return { ...toolCall(`${server}.${tool}`, {}), definition }
  })
  return sees(calls) || sees(singlesOf(server, (operation) => door.gate.named(identity, operation)))
}

/** Single resources and prompts of a server that policies speak of. */
function singlesOf(server: string, named: Named): readonly Action[] {
  const ofMethod = (method: string, beginning: string) =>
    named(`${server}.${METHOD_PREFIX}${method.replace('/', '.')}`).flatMap((pattern) =>
      patternSamples(pattern, beginning).map((name) => ({ method, name })),
    )
  const resources = ['resources/read', 'resources/subscribe'].flatMap((method) =>
    ofMethod(method, `${server}:`).map(({ name }) => readingNamed(server, name, method)),
  )
  const prompts = ofMethod('prompts/get', `${server}.`).map(({ method, name }): Action => {
    return { kind: 'mcp.request', server, method, args: { name: name.slice(server.length + 1) } }
  })
  return [...resources, ...prompts]
}
