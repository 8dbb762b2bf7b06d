import type { Resource } from '../action.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import { ROOTS } from '../policy/check/builtins.ts'
import type { Effect } from '../policy/decision.ts'
import { Diagnostics } from '../policy/language/diagnostics.ts'
import type { Source, Span } from '../policy/language/source.ts'
import { positionOf } from '../policy/language/source.ts'
import { requestOf } from './fixtures.ts'
import type { Located } from './located.ts'
import { jsonOf, recordOf } from './located.ts'
import type { ReadSuite } from './read-suite.ts'
import { Shape } from './shape.ts'
import type { PolicyTest } from './suite.ts'

const TEST_KEYS = ['name', 'request', 'entities', 'decision', 'reason', 'num_errors'] as const
const REQUEST_HINT = 'it names `principal`, `action`, `resource` and `context`'
const UID_HINT = 'write `{ "type": "Agent", "id": "sales" }`'
const REQUEST_KEYS = ['principal', 'action', 'resource', 'context'] as const

/** What Cedar knows as one decision comes in two strengths here. */
const EFFECTS: Readonly<Record<'allow' | 'deny', readonly Effect[]>> = {
  allow: ['allow', 'allow_with_conditions'],
  deny: ['deny', 'require_approval'],
}

/** Reads a file of entities that a test names; nothing when it may not. */
export type ReadEntities = (file: string) => Located | undefined

/**
 * Tests as `cedar run-tests` takes them: a list of requests, each with its decision. They are put
 * to the policies as requests of ours, by the mapping that Cedar policies are asked by.
 */
export function importCedarTests(source: Source, root: Located, read: ReadEntities): ReadSuite {
  const diagnostics = new Diagnostics(source)
  const shape = new Shape(diagnostics)
  const importing = { shape, source, read }
  const nodes = shape.attempt(() => shape.list(root, 'a file of Cedar tests')) ?? []
  const tests = nodes.flatMap((node, index) => {
    const test = shape.attempt(() => importTest(node, index, importing))
    return test === undefined ? [] : [test]
  })
  return { suite: { file: source.file, tests }, diagnostics: diagnostics.list() }
}

interface Importing {
  readonly shape: Shape
  readonly source: Source
  readonly read: ReadEntities
}

function importTest(node: Located, index: number, importing: Importing): PolicyTest {
  const { shape, source } = importing
  const found = shape.members(node, 'a Cedar test', TEST_KEYS)
  const asked = found.request ?? shape.fail(node.at, 'a Cedar test has a `request`', REQUEST_HINT)
  const decided =
    found.decision ?? shape.fail(node.at, 'a Cedar test has a `decision`', '`allow` or `deny`')
  const decision = shape.word(decided, 'decision', ['allow', 'deny'])
  const name = found.name === undefined ? `test ${index + 1}` : shape.text(found.name, '`name`')
  const reasons = found.reason === undefined ? [] : shape.texts(found.reason, '`reason`')
  const request = importRequest(asked, found.entities, importing)
  const errors = found.num_errors === undefined ? undefined : jsonOf(found.num_errors)
  const expected = {
    effects: EFFECTS[decision],
    rules: reasons.map(([text]) => text),
    // Ours count differently: what can be said is whether there are any.
    ...(typeof errors === 'number' ? { error: errors > 0 } : {}),
    at: { ...positionOf(source, decided.at.start), file: source.file },
  }
  const { principal } = request.attributes
  const agent = isJsonObject(principal) ? String(principal.id) : ''
  const title = [agent, request.operation, request.resource.id]
  return { name, cells: [{ title, request, expected }] }
}

function importRequest(node: Located, entities: Located | undefined, importing: Importing) {
  const { shape } = importing
  const found = shape.members(node, 'a request', REQUEST_KEYS)
  const uid = (key: (typeof REQUEST_KEYS)[number]) =>
    uidOf(found[key] ?? shape.fail(node.at, `a request has a \`${key}\``, REQUEST_HINT), shape)
  const [principal, action, resource] = [uid('principal'), uid('action'), uid('resource')]
  const known = entitiesOf(entities, importing)
  const who = known.get(keyOf(principal))
  const what = known.get(keyOf(resource))
  const roles = who?.parents.flatMap(({ type, id }) => (type === 'Role' ? [id] : [])) ?? []
  const { input = {}, ...context } = found.context === undefined ? {} : plain(found.context, shape)
  const [roots, rest] = parted(context)
  return requestOf({
    principal: { kind: principal.type.toLowerCase(), roles, ...who?.attrs, id: principal.id },
    operation: action.id,
    resource: {
      resource: { type: resourceType(resource, shape), id: resource.id },
      attributes: what?.attrs ?? {},
    },
    args: isJsonObject(input) ? input : {},
    attributes: [roots, ...(Object.keys(rest).length === 0 ? [] : [{ context: rest }])],
    ...{ approved: [], now: 0 },
  })
}

/** Members of Cedar's context that are roots of ours, and the others: those of `context`. */
function parted(context: JsonObject): readonly [JsonObject, JsonObject] {
  const isRoot = ([name]: readonly [string, JsonValue]) => ROOTS.includes(name)
  const entries = Object.entries(context)
  return [
    Object.fromEntries(entries.filter(isRoot)),
    Object.fromEntries(entries.filter((entry) => !isRoot(entry))),
  ]
}

interface Uid {
  readonly type: string
  readonly id: string
  readonly at: Span
}

function keyOf({ type, id }: Omit<Uid, 'at'>): string {
  return `${type}::${id}`
}

const UID = /^(?:\w+::)*(\w+)::("(?:[^"\\]|\\.)*")$/u

/** `Agent::"sales"`; a namespace before it says nothing to us. */
function uidOf(node: Located, shape: Shape): Uid {
  const text = shape.text(node, 'an entity')
  const [, type, quoted] = UID.exec(text) ?? []
  if (type === undefined || quoted === undefined)
    return shape.fail(node.at, `\`${text}\` is no entity`, 'write `Agent::"sales"`')
  return { type, id: unquoted(quoted), at: node.at }
}

function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))/gu, (_, code?: string, char = '') =>
      code === undefined
        ? (ESCAPES[char] ?? char)
        : String.fromCodePoint(Number.parseInt(code, 16)),
    )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

function resourceType({ type, at }: Uid, shape: Shape): Resource['type'] {
  if (type === 'Tool') return 'tool'
  if (type === 'Memory') return 'memory'
  return shape.fail(at, `\`${type}\` is no type of resource here`, 'there are `Tool` and `Memory`')
}

interface ImportedEntity {
  readonly attrs: JsonObject
  readonly parents: readonly Omit<Uid, 'at'>[]
}

function entitiesOf(node: Located | undefined, { shape, read }: Importing) {
  const known = new Map<string, ImportedEntity>()
  if (node === undefined) return known
  const named = node.kind === 'scalar' ? read(shape.text(node, '`entities`')) : node
  const list =
    named ??
    shape.fail(node.at, 'the file of entities is not in the folder of the tests', 'put it there')
  for (const item of shape.list(list, '`entities`')) {
    const { uid, attrs, parents } = shape.members(item, 'an entity', [
      'uid',
      'attrs',
      'parents',
      'tags',
    ])
    const own = bare(uid ?? shape.fail(item.at, 'an entity has a `uid`', UID_HINT), shape)
    known.set(keyOf(own), {
      attrs: attrs === undefined ? {} : plain(attrs, shape),
      parents:
        parents === undefined ? [] : shape.list(parents, '`parents`').map((it) => bare(it, shape)),
    })
  }
  return known
}

/** `{ "type": "Agent", "id": "sales" }`, with or without `__entity` around it. */
function bare(node: Located, shape: Shape): Omit<Uid, 'at'> {
  const outer = recordOf(shape.record(node, 'an entity'))
  const { type, id } = isJsonObject(outer.__entity) ? outer.__entity : outer
  if (typeof type !== 'string' || typeof id !== 'string')
    return shape.fail(node.at, 'an entity has a `type` and an `id`', UID_HINT)
  return { type: type.slice(type.lastIndexOf(':') + 1), id }
}

/** Attributes as JSON: a decimal is a number; other entities and calls mean nothing to us. */
function plain(node: Located, shape: Shape): JsonObject {
  const record = shape.record(node, 'a record')
  const members = record.members.map(({ key, value }) => [key, plainValue(value, shape)] as const)
  return Object.fromEntries(members)
}

function plainValue(node: Located, shape: Shape): JsonValue {
  if (node.kind === 'list') return node.items.map((item) => plainValue(item, shape))
  if (node.kind === 'scalar') return node.value
  const { __extn: call, __entity: entity } = recordOf(node)
  if (isJsonObject(call) && call.fn === 'decimal' && typeof call.arg === 'string')
    return Number(call.arg)
  if (call !== undefined || entity !== undefined)
    return shape.fail(
      node.at,
      'an entity or a call as a value has no counterpart here',
      'leave it out',
    )
  return plain(node, shape)
}
