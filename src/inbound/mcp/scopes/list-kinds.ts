import type { Action } from '../../../kernel/action.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import { METHOD_PREFIX } from '../../../kernel/mcp/mcp-action.ts'
import type { Comparing } from '../../../kernel/text/shared-text.ts'
import type { ListMethod } from '../../../pipeline/ports.ts'
import { federatedName, isOwnToolName } from '../tool-name.ts'
import { federatedUri } from './federated-uri.ts'
import { comparing, type Named, readingNamed, templateSamples } from './samples.ts'

/** One of the lists that servers give. */
export interface ListKind {
  /** The member of the result that holds the entries. */
  readonly member: string
  /** What a server that has such a list declares. */
  readonly capability: string
  /**
   * What using an entry would be, of which one has to be permitted for the entry to be shown. None
   * where it could not be used at all. An entry that stands for many is asked about by those that
   * policies speak of.
   */
  readonly uses: (server: string, entry: JsonObject, about: Spoken) => readonly Action[]
  /** The entry under the name that it has among those of all servers. */
  readonly federated: (server: string, entry: JsonObject) => JsonObject
}

export const LIST_KINDS: Readonly<Record<ListMethod, ListKind>> = {
  'tools/list': {
    member: 'tools',
    capability: 'tools',
    uses(server, definition) {
      const { name: tool } = definition
      if (typeof tool !== 'string' || !isOwnToolName(server, tool)) return []
      return [{ kind: 'tool.call', server, tool, args: {}, definition }]
    },
    federated: named,
  },
  'resources/list': {
    member: 'resources',
    capability: 'resources',
    uses: (server, { uri }) => (typeof uri === 'string' ? [reading(server, uri)] : []),
    federated: (server, entry) => ({ ...entry, uri: federatedUri(server, String(entry.uri)) }),
  },
  'resources/templates/list': {
    member: 'resourceTemplates',
    capability: 'resources',
    uses(server, { uriTemplate: template }, { named, budget }) {
      if (typeof template !== 'string') return []
      const operation = `${server}.${METHOD_PREFIX}resources.read`
      const samples = templateSamples({ server, template }, named(operation), budget)
      return samples.map((name) => readingNamed(server, name))
    },
    federated: (server, entry) => ({
      ...entry,
      uriTemplate: federatedUri(server, String(entry.uriTemplate)),
    }),
  },
  'prompts/list': {
    member: 'prompts',
    capability: 'prompts',
    uses: (server, { name }) =>
      typeof name === 'string'
        ? [{ kind: 'mcp.request', server, method: 'prompts/get', args: { name } }]
        : [],
    federated: named,
  },
}

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(LIST_KINDS, method)
}

/** The entries of a page, if it has any; whatever is no object is none. */
export function entriesOf(page: JsonObject, { member }: ListKind): readonly JsonObject[] {
  const entries: JsonValue | undefined = page[member]
  return Array.isArray(entries) ? entries.filter(isJsonObject) : []
}

/** Which entries of a server an agent may use, in their order. */
export function usable(
  entries: readonly JsonObject[],
  { server, kind, sees, named }: Looking,
): readonly JsonObject[] {
  const about = { named, budget: comparing() }
  const uses = entries.map((entry) => kind.uses(server, entry, about))
  const seen = sees(uses.flat())
  let at = 0
  return entries.filter((_, index) => {
    const from = at
    at += uses[index]?.length ?? 0
    return seen.slice(from, at).includes(true)
  })
}

interface Looking {
  readonly server: string
  readonly kind: ListKind
  /** Of these actions, which may be permitted. */
  readonly sees: (actions: readonly Action[]) => readonly boolean[]
  readonly named: Named
}

/** What policies speak of, and how much of it may be looked at for one page. */
interface Spoken {
  readonly named: Named
  readonly budget: Comparing
}

function reading(server: string, uri: string): Action {
  return { kind: 'mcp.request', server, method: 'resources/read', args: { uri } }
}

function named(server: string, entry: JsonObject): JsonObject {
  return { ...entry, name: federatedName(server, String(entry.name)) }
}
