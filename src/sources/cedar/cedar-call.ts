import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import type { PolicyRequest } from '../../kernel/policy/policy-request.ts'
import type { CedarCall, EntityUid } from './engine.ts'
import type { PlacedRequest } from './head.ts'
import { keyOf, placed } from './head.ts'
import { cedarRecord, Unaskable } from './value.ts'

/** What the schema says of names: its namespace, and the groups that actions are in. */
export interface Naming {
  readonly namespace: string
  /** All groups of an action, by its key, those of groups too. */
  readonly groups: ReadonlyMap<string, readonly EntityUid[]>
}

export const PLAIN_NAMING: Naming = { namespace: '', groups: new Map() }

/** Where the entities of a request stand, for the heads; and the call, for the conditions. */
export interface CedarQuestion {
  readonly places: PlacedRequest
  /** @throws Unaskable when an attribute cannot be said in Cedar. */
  call(): CedarCall
}

/** Roots that are entities, or stand under another name. */
const ELSEWHERE: ReadonlySet<string> = new Set(['principal', 'resource', 'args', 'input'])

/**
 * Maps a request as cedar-for-agents does: one action per tool, its arguments under
 * `context.input`. `Agent::"sales"` is in `Role::"…"`, `Team::"…"` and `Space::"…"`; a tool in
 * `Server::"…"`. Every other root stands under `context` by its name, and the members of our root
 * `context` stand there themselves.
 * @throws Unaskable when the request names no principal.
 */
export function cedarQuestion(request: PolicyRequest, naming: Naming): CedarQuestion {
  const { attributes, operation, resource } = request
  const named = (type: string, id: string) => uidOf(naming, type, id)
  const principal = recordOf(attributes, 'principal')
  const { id } = principal
  if (typeof id !== 'string') throw new Unaskable('the principal has no `id`')
  const agent = named(kindOf(principal), id)
  const roles = parentsOf(principal, named)
  const action = named('Action', operation)
  const groups = naming.groups.get(keyOf(action)) ?? []
  const target = named(capitalised(resource.type), resource.id)
  const server = operation.split('.', 1)[0] ?? operation
  const servers = resource.type === 'tool' ? [named('Server', server)] : []
  return {
    places: {
      principal: placed(agent, roles),
      action: placed(action, groups),
      resource: placed(target, servers),
    },
    call: () => ({
      ...{ principal: agent, action, resource: target },
      context: contextOf(attributes),
      entities: [
        { uid: agent, attrs: cedarRecord(principal), parents: roles },
        { uid: target, attrs: cedarRecord(recordOf(attributes, 'resource')), parents: servers },
        { uid: action, attrs: {}, parents: groups },
      ],
    }),
  }
}

function contextOf(attributes: JsonObject): CedarCall['context'] {
  const { context, args, input } = attributes
  const others = Object.entries(attributes).filter(
    ([root]) => root !== 'context' && !ELSEWHERE.has(root),
  )
  return cedarRecord({
    ...(isJsonObject(context) ? context : {}),
    ...Object.fromEntries(others),
    input: args ?? input ?? {},
  })
}

function parentsOf(principal: JsonObject, named: (type: string, id: string) => EntityUid) {
  const { roles, team, space } = principal
  return [
    ...texts(roles).map((role) => named('Role', role)),
    ...texts([team ?? null]).map((id) => named('Team', id)),
    ...texts([space ?? null]).map((id) => named('Space', id)),
  ]
}

function texts(list: JsonValue | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

function recordOf(attributes: JsonObject, root: string): JsonObject {
  const value = attributes[root]
  return isJsonObject(value) ? value : {}
}

function kindOf({ kind }: JsonObject): string {
  return typeof kind === 'string' ? capitalised(kind) : 'Agent'
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function uidOf({ namespace }: Naming, type: string, id: string): EntityUid {
  return { type: namespace === '' ? type : `${namespace}::${type}`, id }
}
