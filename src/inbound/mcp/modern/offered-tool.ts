import type { JsonObject } from '../../../kernel/json/value.ts'
import type { OfferedTool } from '../tool-list.ts'
import { federatedName, toolCall } from '../tool-name.ts'
import type { Door, Visit } from '../visit.ts'

/** Definitions by federated name, for the list that they were made from. */
const INDEXES = new WeakMap<readonly OfferedTool[], ReadonlyMap<string, OfferedTool>>()

/** The definition of a tool that this agent may see, as it was last listed. */
export function offeredTool(
  name: string,
  { identity, channel, server }: Visit,
  door: Door,
): JsonObject | undefined {
  const tools = door.offer(identity)?.catalog.tools() ?? []
  const federated = server === undefined ? name : federatedName(server, name)
  const definition = indexOf(tools).get(federated)?.definition
  if (definition === undefined) return undefined
  const action = { ...toolCall(federated, {}), definition }
  return door.gate.visible(identity, [action], channel).includes(true) ? definition : undefined
}

function indexOf(tools: readonly OfferedTool[]): ReadonlyMap<string, OfferedTool> {
  const known = INDEXES.get(tools)
  if (known !== undefined) return known
  const index = new Map(tools.map((each) => [federatedName(each.server, each.tool), each]))
  INDEXES.set(tools, index)
  return index
}
