import type { Action } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import type { Channel, Gate, Log, McpUpstreams } from '../../pipeline/ports.ts'
import { MEMORY_TOOLS } from './memory-tools.ts'
import { STORAGE_TOOLS } from './storage-tools.ts'
import { BUILT_IN_SERVERS, federatedName, isToolName, TOOL_NAME, toolCall } from './tool-name.ts'

/** A tool as its server describes it. */
export interface OfferedTool {
  readonly server: string
  readonly tool: string
  /** The server's own definition; passed on unchanged but for the name. */
  readonly definition: JsonObject
}

/** What the upstream servers offer at the moment. */
export interface ToolCatalog {
  /** The same array until something changes. */
  tools(): readonly OfferedTool[]
  /** Calls `listener` after each change; returns how to stop that. */
  onChanged(listener: () => void): () => void
}

/** What the agents of one tenant can come to see. */
export interface Offer {
  readonly catalog: ToolCatalog
  /** Namespaces of the built-in record store. */
  readonly namespaces: readonly string[]
  readonly storage?: StorageNames
  /** All else that its servers have; without it, they have nothing but tools. */
  readonly upstreams?: McpUpstreams
}

interface ListOptions {
  readonly pageSize: number
  readonly gate: Gate
  readonly log: Log
}

/**
 * Names of stored objects to ask about, which stand for all that may be stored; `any` where they
 * would be too many, and the tools are shown without asking. Nothing where there is no storage.
 */
export type StorageNames = () => readonly string[] | 'any'

export interface ToolListsOptions extends ListOptions {
  readonly offers: ReadonlyMap<Tenant, Offer>
}

/** Who asks, over which connection. */
export interface Asker {
  readonly identity: Identity
  readonly channel: Channel
}

/** The tools that agents see, each agent its own. */
export interface ToolList {
  /** One page of `tools/list`, as JSON text. */
  page(asker: Asker, cursor: JsonValue | undefined): string
}

interface Entry {
  readonly name: string
  /** JSON text of the definition. */
  readonly json: string
}

interface UpstreamEntry extends Entry {
  readonly action: Action
}

/** Each agent is shown what its own tenant is offered; one of no tenant here, nothing. */
export function createToolLists({ offers, ...options }: ToolListsOptions): ToolList {
  const lists = new Map([...offers].map(([tenant, offer]) => [tenant, toolList(offer, options)]))
  const nothing = toolList(NOTHING, options)
  return {
    page: (asker, cursor) => (lists.get(asker.identity.tenant) ?? nothing).page(asker, cursor),
  }
}

const NOTHING: Offer = {
  catalog: { tools: () => [], onChanged: () => () => undefined },
  namespaces: [],
}

const NO_STORAGE: StorageNames = () => []

function toolList(
  { catalog, namespaces, storage = NO_STORAGE }: Offer,
  options: ListOptions,
): ToolList {
  const { pageSize, gate, log } = options
  let offered: readonly OfferedTool[] | undefined
  let upstream: readonly UpstreamEntry[] = []

  const current = () => {
    const tools = catalog.tools()
    if (tools !== offered) {
      offered = tools
      upstream = upstreamEntries(tools, log)
    }
    return upstream
  }

  return {
    page({ identity, channel }, cursor) {
      const visible = (actions: readonly Action[]) => gate.visible(identity, actions, channel)
      const after = cursor === undefined ? '' : readCursor(cursor)
      const own = [
        ...visibleMemory(namespaces, visible),
        ...visibleStorage(storage(), visible),
      ].filter(({ name }) => name > after)
      // One more than a page holds tells whether there is another.
      const search = { after, limit: pageSize + 1, visible }
      const entries = [...firstVisible(current(), search), ...own].sort(byName)
      const page = entries.slice(0, pageSize)
      const last = pageSize < entries.length ? page.at(-1) : undefined
      const next = last === undefined ? '' : `,"nextCursor":${JSON.stringify(cursorOf(last))}`
      return `{"tools":[${page.map(({ json }) => json).join()}]${next}}`
    },
  }
}

type Sight = (actions: readonly Action[]) => readonly boolean[]

function visibleUpstream(entries: readonly UpstreamEntry[], visible: Sight): readonly Entry[] {
  const seen = visible(entries.map(({ action }) => action))
  return entries.filter((_, at) => seen[at] === true)
}

interface Search {
  readonly after: string
  readonly limit: number
  readonly visible: Sight
}

/** The first that may be seen after a name: of thousands, no more are asked about than needed. */
function firstVisible(
  entries: readonly UpstreamEntry[],
  { after, limit, visible }: Search,
): readonly Entry[] {
  const found: Entry[] = []
  for (let at = indexAfter(entries, after); at < entries.length && found.length < limit; ) {
    found.push(...visibleUpstream(entries.slice(at, at + limit), visible))
    at += limit
  }
  return found
}

/** A memory tool is seen by an agent that may use it in some namespace, and names those alone. */
function visibleMemory(namespaces: readonly string[], visible: Sight): readonly Entry[] {
  return MEMORY_TOOLS.flatMap(({ name, probe, definition }) => {
    const seen = visible(namespaces.map(probe))
    const usable = namespaces.filter((_, at) => seen[at] === true)
    return usable.length === 0 ? [] : [{ name, json: JSON.stringify(definition(usable)) }]
  })
}

/** A storage tool is seen by an agent that may use it on some object. */
function visibleStorage(names: readonly string[] | 'any', visible: Sight): readonly Entry[] {
  return STORAGE_TOOLS.flatMap(({ name, probe, definition }) => {
    const usable = names === 'any' || visible(names.map(probe)).includes(true)
    return usable ? [{ name, json: JSON.stringify(definition) }] : []
  })
}

function upstreamEntries(tools: readonly OfferedTool[], log: Log): readonly UpstreamEntry[] {
  const entries = new Map<string, UpstreamEntry>()
  for (const { server, tool, definition } of tools) {
    const name = federatedName(server, tool)
    // What can't be called by its name, or would pass for another tool, is not shown either.
    if (!isToolName(name) || BUILT_IN_SERVERS.includes(server) || entries.has(name)) {
      log.warn('mcp.tool.hidden', { server, tool })
      continue
    }
    const json = JSON.stringify({ ...definition, name })
    entries.set(name, { name, json, action: { ...toolCall(name, {}), definition } })
  }
  return [...entries.values()].sort(byName)
}

function byName(one: Entry, other: Entry): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0
}

/** A cursor is the last name of a page: it holds even when tools come and go in between. */
function cursorOf({ name }: Entry): string {
  return Buffer.from(name).toString('base64url')
}

function readCursor(cursor: JsonValue): string {
  const name = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
  if (TOOL_NAME.test(name)) return name
  throw new PortcullisError('REQUEST_INVALID', '`cursor` is not one that this endpoint gave')
}

function indexAfter(entries: readonly Entry[], name: string): number {
  const index = entries.findIndex((entry) => entry.name > name)
  return index === -1 ? entries.length : index
}
