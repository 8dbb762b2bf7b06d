import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import { isPrototypeName } from './check/builtins.ts'

/** A tool as a policy sees it: its operation, and the JSON Schema of its arguments. */
export interface ToolSchema {
  readonly operation: string
  readonly inputSchema: JsonObject
}

/** Schemas inside one another that are spelt out; what lies deeper is `any`. */
export const MAX_SCHEMA_DEPTH = 6
/** Attributes that one schema may declare; a wider one stays open. */
export const MAX_SCHEMA_FIELDS = 200

/**
 * The tools as declarations of the policy language, sorted: `operation crm.get { id: string }`.
 * What a JSON Schema (2020-12) says beyond the language's types becomes `any`: a condition on it is
 * then checked when it is decided.
 */
export function declareOperations(tools: readonly ToolSchema[]): string {
  const byName = new Map(tools.map((tool) => [tool.operation, tool.inputSchema]))
  const lines = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `operation ${nameText(name)} ${argsText(schema)}\n`)
  return lines.join('')
}

function argsText(schema: JsonObject): string {
  const type = typeText(schema, { root: schema, depth: 0 })
  return type.startsWith('{') ? type : '{ ... }'
}

interface Place {
  /** The whole schema, for references within it. */
  readonly root: JsonObject
  readonly depth: number
}

function typeText(schema: JsonValue | undefined, place: Place): string {
  const { root, depth } = place
  if (!isJsonObject(schema) || depth > MAX_SCHEMA_DEPTH) return 'any'
  const within = { root, depth: depth + 1 }
  if (typeof schema.$ref === 'string') return typeText(referred(schema.$ref, root), within)
  const type = soleType(schema)
  if (type === 'object') return recordText(schema, within)
  if (type === 'array') return `[${typeText(schema.items, within)}]`
  return SCALARS.get(type ?? '') ?? 'any'
}

const SCALARS: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['integer', 'number'],
  ['number', 'number'],
  ['boolean', 'bool'],
])

/** The one type that values may have; a null beside it is a missing attribute. */
function soleType({ type, properties }: JsonObject): string | undefined {
  if (type === undefined && isJsonObject(properties)) return 'object'
  const types = (Array.isArray(type) ? type : [type]).filter((it) => it !== 'null')
  const [only, ...more] = types
  return more.length === 0 && typeof only === 'string' ? only : undefined
}

/** `#/$defs/Customer`; nothing for a reference elsewhere. */
function referred(reference: string, root: JsonObject): JsonValue | undefined {
  if (!reference.startsWith('#/')) return undefined
  let at: JsonValue | undefined = root
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  }
  return at
}

function recordText(schema: JsonObject, place: Place): string {
  const { properties, required, additionalProperties } = schema
  const named = isJsonObject(properties) ? Object.entries(properties) : []
  const fields = named
    .filter(([name]) => isFieldName(name))
    .slice(0, MAX_SCHEMA_FIELDS)
    .map(([name, member]) => {
      const needed = Array.isArray(required) && required.includes(name) && !mayBeNull(member)
      return `${fieldText(name)}${needed ? '' : '?'}: ${typeText(member, place)}`
    })
  const open =
    additionalProperties === true || isJsonObject(additionalProperties) || named.length === 0
  const more = open || fields.length < named.length
  return bracedText(fields, more)
}

/** On one line while it is short; a file's lines are bounded. */
function bracedText(fields: readonly string[], more: boolean): string {
  const line = `{ ${fields.join(', ')}${more ? ' ...' : ''} }`
  if (fields.length === 0) return more ? '{ ... }' : '{ }'
  if (line.length <= LINE_WIDTH && !line.includes('\n')) return line
  const rows = [...fields.map((field) => `${field},`), ...(more ? ['...'] : [])]
  return `{\n${rows.map((row) => `  ${row.replaceAll('\n', '\n  ')}\n`).join('')}}`
}

/** Columns up to which a record stands on one line. */
const LINE_WIDTH = 72

function mayBeNull(schema: JsonValue): boolean {
  return isJsonObject(schema) && Array.isArray(schema.type) && schema.type.includes('null')
}

/** What the language cannot name is left out: nobody can read it there. */
function isFieldName(name: string): boolean {
  return name !== '' && name.length <= 200 && !isPrototypeName(name) && !UNPRINTABLE.test(name)
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u
const NAME = /^[A-Za-z_]\w*$/

function fieldText(name: string): string {
  return NAME.test(name) ? name : quoted(name)
}

function nameText(operation: string): string {
  const parts = operation.split('.')
  return parts.every((part) => NAME.test(part)) ? operation : quoted(operation)
}

function quoted(text: string): string {
  return `"${text.normalize('NFC').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
