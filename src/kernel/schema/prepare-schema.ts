import { PortcullisError } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

/** Bounds of one schema. Larger ones are written by nobody who means well. */
export const MAX_SCHEMA_BYTES = 262_144
export const MAX_SCHEMA_NODES = 2_000
export const MAX_SCHEMA_DEPTH = 64
export const MAX_PATTERN_LENGTH = 1_000

/** Counts, while a value is checked, how many schemas were looked at. Put into each of them. */
export const STEP_KEYWORD = 'x-portcullis-step'

export type Dialect = '2020-12' | 'draft-07'

/** A schema that is safe to compile: bounded, and without a way out of itself. */
export interface PreparedSchema {
  readonly dialect: Dialect
  readonly schema: JsonObject
}

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
  ['http://json-schema.org/draft-07/schema', 'draft-07'],
])

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = [
  ...['additionalItems', 'additionalProperties', 'contains', 'contentSchema', 'else', 'if'],
  ...['items', 'not', 'propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
]
const MANY = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']
const NAMED = [
  ...['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties'],
  'properties',
]
/** Whatever resolves beyond the schema itself, or only once a value is there. */
const REFUSED = ['$dynamicAnchor', '$dynamicRef', '$recursiveAnchor', '$recursiveRef']

/**
 * The schema as it may be compiled: of a known dialect (2020-12 where it names none), within
 * bounds, with references to its own parts alone, and with a count put into every part, so that
 * checking a value by it ends however its parts refer to each other.
 * @throws PortcullisError `SCHEMA_UNUSABLE`.
 */
export function prepareSchema(schema: JsonObject): PreparedSchema {
  const { $schema, $id: _id, ...rest } = schema
  const dialect = dialectOf($schema)
  const preparing = new Preparing()
  const whole = preparing.schema(rest, { pointer: '', depth: 0 })
  preparing.checkReferences()
  // One level down, where a reference to the whole is a reference like any other.
  return { dialect, schema: { $ref: WHOLE, $defs: { whole } } }
}

function dialectOf(named: JsonValue | undefined): Dialect {
  if (named === undefined) return '2020-12'
  const dialect = typeof named === 'string' && DIALECTS.get(named.replace(/#$/, ''))
  if (dialect) return dialect
  throw unusable('`$schema` names a dialect that is neither 2020-12 nor draft-07')
}

/** Where the schema stands in what is compiled. */
const WHOLE = '#/$defs/whole'

interface Place {
  readonly pointer: string
  readonly depth: number
}

class Preparing {
  readonly #pointers = new Set<string>()
  readonly #anchors = new Set<string>()
  readonly #references = new Set<string>()
  #bytes = 0

  schema(schema: JsonObject, { pointer, depth }: Place): JsonObject {
    if (depth > MAX_SCHEMA_DEPTH) throw unusable(`it is deeper than ${MAX_SCHEMA_DEPTH}`)
    this.#pointers.add(pointer)
    if (this.#pointers.size > MAX_SCHEMA_NODES)
      throw unusable(`it has more than ${MAX_SCHEMA_NODES} parts`)
    this.#checkKeywords(schema)
    const entries = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
      const place = { pointer: `${pointer}/${escaped(keyword)}`, depth: depth + 1 }
      const moved = keyword === '$ref' ? movedReference(value) : value
      return [keyword, this.#value(keyword, moved, place)]
    })
    return Object.fromEntries([...entries, [STEP_KEYWORD, true]])
  }

  /** A reference to what is no part known as a schema would be a part without a count. */
  checkReferences(): void {
    for (const reference of this.#references) {
      const target = decoded(reference.slice(1))
      const known = target.startsWith('/') || target === '' ? this.#pointers : this.#anchors
      if (!known.has(target)) throw unusable(`\`$ref\` leads to no part of it`)
    }
  }

  #value(keyword: string, value: JsonValue, place: Place): JsonValue {
    if (isJsonObject(value) && ONE.includes(keyword)) return this.schema(value, place)
    if (isJsonObject(value) && NAMED.includes(keyword)) {
      const named = Object.entries(value).map(([name, part]): [string, JsonValue] => {
        if (keyword === 'patternProperties') checkPattern(name)
        return [name, this.#part(part, name, place)]
      })
      return Object.fromEntries(named)
    }
    if (Array.isArray(value) && MANY.includes(keyword))
      return value.map((part, index) => this.#part(part, String(index), place))
    this.#measure(value)
    return value
  }

  #part(part: JsonValue, name: string, { pointer, depth }: Place): JsonValue {
    this.#bytes += name.length
    const place = { pointer: `${pointer}/${escaped(name)}`, depth: depth + 1 }
    if (isJsonObject(part)) return this.schema(part, place)
    this.#measure(part)
    return part
  }

  #checkKeywords(schema: JsonObject): void {
    const { $ref, $anchor, $id, pattern } = schema
    if ($id !== undefined) throw unusable('a part of it has an `$id`')
    for (const keyword of REFUSED)
      if (schema[keyword] !== undefined) throw unusable(`it has a \`${keyword}\``)
    if ($ref !== undefined) {
      if (typeof $ref !== 'string' || !$ref.startsWith('#'))
        throw unusable('a `$ref` leads out of it, and nothing is ever fetched')
      this.#references.add($ref)
    }
    if (typeof $anchor === 'string') this.#anchors.add($anchor)
    if (typeof pattern === 'string') checkPattern(pattern)
  }

  #measure(value: JsonValue): void {
    this.#bytes += typeof value === 'string' ? value.length : JSON.stringify(value).length
    if (this.#bytes > MAX_SCHEMA_BYTES) throw unusable(`it is longer than ${MAX_SCHEMA_BYTES}`)
  }
}

function checkPattern(pattern: string): void {
  if (pattern.length <= MAX_PATTERN_LENGTH) return
  throw unusable(`a pattern of it is longer than ${MAX_PATTERN_LENGTH} characters`)
}

function movedReference(reference: JsonValue): JsonValue {
  if (typeof reference !== 'string' || !/^#(?:$|\/)/.test(reference)) return reference
  return `${WHOLE}${reference.slice(1)}`
}

/** RFC 6901 section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** RFC 6901 section 6. */
function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    throw unusable('a `$ref` is no URI')
  }
}

export function unusable(why: string, cause?: unknown): PortcullisError {
  const options = cause === undefined ? undefined : { cause }
  return new PortcullisError('SCHEMA_UNUSABLE', `the schema cannot be used: ${why}`, options)
}
