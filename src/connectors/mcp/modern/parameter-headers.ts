import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import { headerValue } from './header-value.ts'
import { PARAMETER_HEADERS_LIMIT, SCHEMA_DEPTH_LIMIT } from './limits.ts'

// MCP 2026-07-28, streamable HTTP, custom headers from tool parameters.

/** An argument that is mirrored into a header. */
export interface ParameterHeader {
  /** In small letters. */
  readonly name: string
  /** Where in the arguments it is. */
  readonly path: readonly string[]
}

/** What a schema has mirrored, or why the whole tool must not be offered. */
export type ParameterHeaders =
  | { readonly headers: readonly ParameterHeader[] }
  | { readonly fault: string }

const ANNOTATION = 'x-mcp-header'
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const PRIMITIVE: ReadonlySet<JsonValue | undefined> = new Set(['integer', 'string', 'boolean'])

class Fault extends Error {}

export function parameterHeaders({ inputSchema }: JsonObject): ParameterHeaders {
  const headers = new Map<string, ParameterHeader>()
  try {
    if (isJsonObject(inputSchema)) collect(inputSchema, [], headers)
    return { headers: [...headers.values()] }
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message }
    throw error
  }
}

type Found = Map<string, ParameterHeader>

/** `schema` can be reached from the root by `properties` alone. */
function collect(schema: JsonObject, path: readonly string[], found: Found): void {
  if (path.length > SCHEMA_DEPTH_LIMIT) throw new Fault('its schema is nested too deep')
  const { [ANNOTATION]: name, properties, ...beside } = schema
  if (name !== undefined) add(name, { schema, path }, found)
  forbid(Object.values(beside), path.length)
  if (!isJsonObject(properties)) return
  for (const [property, inner] of Object.entries(properties)) {
    if (isJsonObject(inner)) collect(inner, [...path, property], found)
  }
}

interface Place {
  readonly schema: JsonObject
  readonly path: readonly string[]
}

function add(name: JsonValue, { schema, path }: Place, found: Found): void {
  if (typeof name !== 'string' || !TOKEN.test(name)) throw new Fault('a header has no valid name')
  if (path.length === 0 || !PRIMITIVE.has(schema.type)) {
    throw new Fault('a header mirrors what is neither integer, string nor boolean')
  }
  const lower = name.toLowerCase()
  if (found.has(lower)) throw new Fault('two arguments are mirrored into one header')
  if (found.size === PARAMETER_HEADERS_LIMIT) throw new Fault('it mirrors too many arguments')
  found.set(lower, { name: `mcp-param-${lower}`, path })
}

/** Anywhere else an annotation makes the whole definition invalid. */
function forbid(values: readonly JsonValue[], depth: number): void {
  if (depth > SCHEMA_DEPTH_LIMIT) throw new Fault('its schema is nested too deep')
  for (const value of values) {
    if (Array.isArray(value)) forbid(value, depth + 1)
    else if (isJsonObject(value)) {
      if (ANNOTATION in value) throw new Fault('a header mirrors what cannot be found')
      forbid(Object.values(value), depth + 1)
    }
  }
}

/**
 * The headers of one call.
 * @throws PortcullisError `UPSTREAM_REFUSED` when a value is too long to be sent.
 */
export function mirroredArguments(
  headers: readonly ParameterHeader[],
  args: JsonValue | undefined,
): Record<string, string> {
  const mirrored: Record<string, string> = {}
  for (const { name, path } of headers) {
    const text = textOf(at(args, path))
    if (text !== undefined) mirrored[name] = headerValue(text)
  }
  return mirrored
}

function at(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let found = value
  for (const name of path) {
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  return undefined
}
