import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { AboutServer, McpClient } from '../../../pipeline/ports.ts'
import { TASKS, takesTasks } from '../modern/declared.ts'
import type { Door, Visit } from '../visit.ts'
import { mayUse } from './may-use.ts'

/** What a client is told of what it is connected to, but for the revision. */
export type AboutScope = Omit<AboutServer, 'protocolVersion'>

export interface Opening {
  readonly visit: Visit
  /** The one server that it is for; absent where all of them are offered as one. */
  readonly server?: string | undefined
  readonly client: McpClient
}

/**
 * What the runtime says at the opening: of one server, what that says itself; of all of them, what
 * they can do together. A server that the agent may use nothing of is as one that is not there.
 * @throws PortcullisError `MCP_SERVER_UNKNOWN`, `UPSTREAM_*`.
 */
export async function aboutScope(opening: Opening, door: Door): Promise<AboutScope> {
  const { visit, server, client } = opening
  if (server === undefined) return aboutAll(visit, door)
  checkServer(server, visit, door)
  const { protocolVersion: _, ...about } = await door
    .upstreams(visit.identity)
    .about(server, client)
  return about
}

/** @throws PortcullisError `MCP_SERVER_UNKNOWN`. */
export function checkServer(server: string, visit: Visit, door: Door): void {
  if (mayUse(server, visit, door)) return
  const agent = visit.identity.principal.id
  throw new PortcullisError('MCP_SERVER_UNKNOWN', `agent \`${agent}\` has no server \`${server}\``)
}

/** What the federation relays, of all that a server may declare. */
const FEDERATED = ['resources', 'prompts', 'completions', 'logging', 'tasks'] as const

/** All of it, where a server is there and it is not known what it has. */
const ANYTHING: JsonObject = {
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
}

/**
 * From what servers told the runtime itself: an agent that opens a session opens no server yet, and
 * one that is broken holds up nobody.
 */
function aboutAll(visit: Visit, door: Door): AboutScope {
  const upstreams = door.upstreams(visit.identity)
  const all = upstreams
    .servers()
    .filter((server) => mayUse(server, visit, door))
    .map((server) =>
      upstreams.declared === undefined ? ANYTHING : upstreams.declared(server)?.capabilities,
    )
  const capabilities: Record<string, JsonObject> = { tools: { listChanged: true } }
  for (const name of FEDERATED) {
    const found = all.map((each) => each?.[name]).filter(isJsonObject)
    if (found.length > 0) capabilities[name] = Object.assign({}, ...found)
  }
  if (all.some((each) => each !== undefined && takesTasks(each))) {
    capabilities.extensions = { [TASKS]: {} }
  }
  const serverInfo = { name: 'portcullis', title: 'Portcullis', version: door.version }
  return { capabilities, serverInfo, beside: {} }
}
