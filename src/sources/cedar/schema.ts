import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { Diagnostics } from '../../kernel/policy/language/diagnostics.ts'
import { sourceOf } from '../../kernel/policy/language/source.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'
import type { Naming } from './cedar-call.ts'
import type { CedarEngine, EntityUid, SchemaJson } from './engine.ts'
import { keyOf } from './head.ts'
import { hintOf, messageOf, spanOf } from './offsets.ts'

/** Endings of schema files: Cedar's own syntax, and its JSON. */
export const SCHEMA_ENDINGS: readonly string[] = ['.cedarschema', '.cedarschema.json']

export interface CedarSchema {
  readonly file: string
  /** As Cedar takes it: text in its own syntax, or the JSON. */
  readonly schema: string | object
  readonly naming: Naming
}

export interface ReadSchema {
  readonly schema?: CedarSchema
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the one schema of a set. What it declares is checked against, and gives names a space. */
export function readSchema(engine: CedarEngine, files: readonly PolicyText[]): ReadSchema {
  const [first, second] = files
  if (first === undefined) return { diagnostics: [] }
  const diagnostics = new Diagnostics(sourceOf(first.file, first.text))
  const wrong = (message: string, hint: string) => {
    diagnostics.error({ at: { start: 0, end: 1 }, message, hint })
    return { diagnostics: diagnostics.list() }
  }
  if (second !== undefined)
    return wrong(`a set has one schema, and \`${second.file}\` is another`, 'put all into one')
  const written = first.file.endsWith('.json') ? parsed(first.text) : first.text
  if (written === undefined) return wrong('is no JSON object', 'or end its name in `.cedarschema`')
  const { json, errors = [] } = engine.schemaToJson(written)
  for (const error of errors) {
    const at = typeof written === 'string' ? spanOf(error, first.text, 0) : { start: 0, end: 1 }
    diagnostics.error({ at, message: messageOf(error), hint: hintOf(error) })
  }
  if (json === undefined) return { diagnostics: diagnostics.list() }
  const namespaces = Object.keys(json)
  if (namespaces.length > 1)
    return wrong('declares more than one namespace', 'requests are named in one: put all into it')
  const naming = namingOf(json, namespaces[0] ?? '')
  return { schema: { file: first.file, schema: written, naming }, diagnostics: [] }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function namingOf(json: SchemaJson, namespace: string): Naming {
  const type = namespace === '' ? 'Action' : `${namespace}::Action`
  const groups = new Map<string, readonly EntityUid[]>()
  const actions = Object.entries(json[namespace]?.actions ?? {})
  for (const [id, { memberOf = [] }] of actions)
    groups.set(
      keyOf({ type, id }),
      memberOf.map((group) => ({ type: group.type ?? type, id: group.id })),
    )
  const closed = [...groups.keys()].map((key) => [key, ancestorsOf(key, groups)] as const)
  return { namespace, groups: new Map(closed) }
}

function ancestorsOf(key: string, direct: ReadonlyMap<string, readonly EntityUid[]>) {
  const found = new Map<string, EntityUid>()
  const pending = [...(direct.get(key) ?? [])]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(keyOf(next))) continue
    found.set(keyOf(next), next)
    pending.push(...(direct.get(keyOf(next)) ?? []))
  }
  return [...found.values()]
}
