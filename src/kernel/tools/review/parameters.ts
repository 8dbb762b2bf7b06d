import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'

/** A parameter of a tool, at any depth of its input schema. */
export interface Parameter {
  readonly where: string
  readonly name: string
  readonly schema: JsonObject
}

/** A schema nests this deep, and names so many parameters, before the rest goes unread. */
export const MAX_SCHEMA_DEPTH = 32
export const MAX_PARAMETERS = 2_000

/** Members of a schema that hold schemas, each one or many of them. */
const HOLDERS = ['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', '$defs', 'definitions']

export function parametersOf(definition: JsonObject): readonly Parameter[] {
  const found: Parameter[] = []
  collect({ value: definition.inputSchema ?? null, where: '/inputSchema', depth: 0 }, found)
  return found
}

interface Place {
  readonly value: JsonValue
  readonly where: string
  readonly depth: number
}

function collect({ value, where, depth }: Place, found: Parameter[]): void {
  if (!isJsonObject(value) || depth > MAX_SCHEMA_DEPTH || found.length >= MAX_PARAMETERS) return
  if (isJsonObject(value.properties)) {
    for (const [name, schema] of Object.entries(value.properties)) {
      const inside = `${where}/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (!isJsonObject(schema)) continue
      if (found.length < MAX_PARAMETERS) found.push({ where: inside, name, schema })
      collect({ value: schema, where: inside, depth: depth + 1 }, found)
    }
  }
  for (const holder of HOLDERS) {
    const held = value[holder]
    if (held === undefined) continue
    for (const [key, inner] of Object.entries(isSchemaList(holder, held) ? held : { '': held }))
      collect({ value: inner, where: joined(`${where}/${holder}`, key), depth: depth + 1 }, found)
  }
}

function isSchemaList(holder: string, held: JsonValue): held is JsonObject | readonly JsonValue[] {
  return (
    Array.isArray(held) ||
    ((holder.startsWith('$') || holder === 'definitions') && isJsonObject(held))
  )
}

function joined(where: string, key: string): string {
  return key === '' ? where : `${where}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Whether the values of a text parameter are bounded by anything but their type. */
export function isBounded(schema: JsonObject): boolean {
  return ['enum', 'const', 'pattern', 'maxLength', 'format'].some(
    (name) => schema[name] !== undefined,
  )
}

export function takesText({ schema }: Parameter): boolean {
  const { type } = schema
  return type === undefined || type === 'string' || (Array.isArray(type) && type.includes('string'))
}
