import { nearest } from '../../kernel/text/nearest.ts'
import type { Problem } from './problems.ts'
import type { Node, Place, Scalar, Table } from './toml-tree.ts'

/** What of JSON Schema the configuration's schema uses, and its own annotations. */
export interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[] | undefined
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly const?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
  readonly description?: string
  /** What `pattern` asks for, in words. */
  readonly expected?: string
  /** What the keys of a record stand for: `NAME`. */
  readonly placeholder?: string
  /** The value is a secret or may hold one: no message shows it. */
  readonly secret?: boolean
}

export interface Shaped {
  /** The plain value with its defaults; only whole where there is no problem. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Where values stand that may be shown: known keys that hold no secret. */
  readonly shown: ReadonlySet<Place>
}

/** Alternatives differ in this key. */
const DISCRIMINATOR = 'transport'

/** Reads a tree by a schema: every mistake is found, every default is filled in. */
export function checkShape(root: Table, schema: Schema): Shaped {
  const found = { problems: [], shown: new Set<Place>() }
  return { value: read(root, schema, { path: [], ...found }), ...found }
}

interface Reading {
  readonly path: readonly string[]
  readonly problems: Problem[]
  readonly shown: Set<Place>
}

function read(node: Node, schema: Schema, reading: Reading): unknown {
  if (schema.anyOf !== undefined) return readAlternative(node, schema.anyOf, reading)
  switch (schema.type) {
    case 'object':
      if (node.kind !== 'table') return wrongType(node, 'a table', reading)
      if (schema.patternProperties === undefined) return readTable(node, schema, reading)
      return readRecord(node, schema, reading)
    case 'array':
      if (node.kind !== 'list') return wrongType(node, 'a list', reading)
      return node.items.map((item) => read(item, schema.items ?? {}, reading))
    case 'value':
      return readValue(node, reading)
    default:
      if (node.kind !== 'scalar') return wrongType(node, TYPES[schema.type ?? ''] ?? '', reading)
      if (!schema.secret) reading.shown.add(node.place)
      return readScalar(node, schema, reading)
  }
}

function readTable(table: Table, schema: Schema, reading: Reading): unknown {
  const { properties = {}, required = [] } = schema
  for (const [key, { place }] of table.entries) {
    if (Object.hasOwn(properties, key)) continue
    reading.problems.push({ place, message: unknownKey(key, Object.keys(properties), reading) })
  }
  const members = Object.entries(properties).flatMap(([key, member]): [string, unknown][] => {
    const below = { ...reading, path: [...reading.path, key] }
    const entry = table.entries.get(key)
    if (entry !== undefined) return [[key, read(entry.node, member, below)]]
    if (member.default !== undefined) return [[key, member.default]]
    if (!required.includes(key)) return []
    if (member.type !== 'object') return [[key, missing(table.place, key, reading)]]
    const empty: Table = { kind: 'table', place: table.place, entries: new Map() }
    return [[key, read(empty, member, below)]]
  })
  return Object.fromEntries(members)
}

function readRecord(table: Table, schema: Schema, reading: Reading): unknown {
  const [[pattern, member] = ['', {}]] = Object.entries(schema.patternProperties ?? {})
  const names = new RegExp(pattern, 'u')
  const members = [...table.entries].map(([key, { place, node }]): [string, unknown] => {
    if (!names.test(key)) {
      const message = `\`${key}\` cannot be a name here: it must be ${schema.expected}`
      reading.problems.push({ place, message })
    }
    return [key, read(node, member, { ...reading, path: [...reading.path, key] })]
  })
  // Not by assignment: a key `__proto__` would set the prototype.
  return Object.fromEntries(members)
}

/** Whatever JSON can say. */
function readValue(node: Node, reading: Reading): unknown {
  if (node.kind === 'list') return node.items.map((item) => readValue(item, reading))
  if (node.kind === 'table')
    return Object.fromEntries(
      [...node.entries].map(([key, entry]) => [key, readValue(entry.node, reading)]),
    )
  const { value } = node
  const fits = typeof value === 'number' ? Number.isFinite(value) : !(value instanceof Date)
  return fits
    ? value
    : wrongType(node, 'a text, a number, `true`, `false`, a list or a table', reading)
}

function readAlternative(node: Node, schemas: readonly Schema[], reading: Reading): unknown {
  if (node.kind !== 'table') return wrongType(node, 'a table', reading)
  const chosen = alternativeOf(node, schemas)
  if (chosen !== undefined) return read(node, chosen, reading)
  const place = node.entries.get(DISCRIMINATOR)?.node.place ?? node.place
  reading.shown.add(place)
  const known = schemas.map((schema) => `\`"${schema.properties?.[DISCRIMINATOR]?.const}"\``)
  const message = `${named([...reading.path, DISCRIMINATOR])} must be ${known.join(' or ')}`
  reading.problems.push({ place, message })
  return undefined
}

/** The schema whose discriminator has the table's value. */
export function alternativeOf(table: Table, schemas: readonly Schema[]): Schema | undefined {
  const node = table.entries.get(DISCRIMINATOR)?.node
  const value = node?.kind === 'scalar' ? node.value : undefined
  return schemas.find(({ properties }) => properties?.[DISCRIMINATOR]?.const === value)
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: '`true` or `false`',
}

function readScalar(node: Scalar, schema: Schema, reading: Reading): unknown {
  const { value } = node
  const fits =
    schema.type === 'integer' ? Number.isSafeInteger(value) : typeof value === schema.type
  if (!fits) return wrongType(node, TYPES[schema.type ?? ''] ?? '', reading)
  const fault = faultOf(value, schema)
  if (fault === undefined) return value
  reading.problems.push({ place: node.place, message: `${named(reading.path)} must be ${fault}` })
  return undefined
}

function faultOf(value: Scalar['value'], schema: Schema): string | undefined {
  const { pattern, minLength = 0, minimum = -Infinity, maximum = Infinity, expected } = schema
  if (typeof value === 'number') {
    return !(value >= minimum && value <= maximum) ? `from ${minimum} to ${maximum}` : undefined
  }
  if (typeof value !== 'string') return undefined
  if (value.length < minLength) return 'a string that is not empty'
  return pattern === undefined || new RegExp(pattern, 'u').test(value) ? undefined : expected
}

function wrongType(node: Node, wanted: string, reading: Reading): undefined {
  const message = `${named(reading.path)} must be ${wanted}, not ${describe(node)}`
  reading.problems.push({ place: node.place, message })
}

function describe(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a table'
  const { value } = node
  if (value instanceof Date) return 'a date or time'
  return typeof value === 'number' ? 'a number' : (TYPES[typeof value] ?? typeof value)
}

function missing(place: Place, key: string, reading: Reading): undefined {
  reading.problems.push({ place, message: `${named([...reading.path, key])} is missing` })
}

function unknownKey(key: string, known: readonly string[], { path }: Reading): string {
  const near = nearest(key, known)
  if (near !== undefined) return `unknown key \`${key}\`: did you mean \`${near}\`?`
  const where = path.length === 0 ? 'the file' : named(path)
  return `unknown key \`${key}\`: ${where} takes ${known.map((name) => `\`${name}\``).join(', ')}`
}

/** A path as TOML would write it, in backticks. */
export function named(path: readonly (string | number)[]): string {
  const parts = path
    .map(String)
    .map((part) => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part)))
  return `\`${parts.join('.')}\``
}
