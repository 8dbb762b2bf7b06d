import type { JsonValue } from '../json/value.ts'

/**
 * How much a change asks of whoever answers for the tool. `critical`: a model reads what changed,
 * or a guard that others rely on was lowered. `warning`: it works differently from what was
 * approved. `info`: neither a model nor a decision depends on it.
 */
export type Severity = 'info' | 'warning' | 'critical'

type Judge = (before: JsonValue | undefined, after: JsonValue | undefined) => Severity

/** A part of a definition, and what a change of it means. */
export interface Part {
  readonly judge: Judge
  /** It is one thing: its members are not compared one by one. */
  readonly whole: boolean
  /** The names of its members are texts that the author chose, and a model reads. */
  readonly named: boolean
  member(name: string): Part
  readonly item: Part
}

function leaf(judge: Judge, whole = false): Part {
  const part: Part = {
    ...{ judge, whole, named: false, member: () => part },
    get item() {
      return part
    },
  }
  return part
}

/** Whatever a model may read, and whatever nobody here knows. */
const TEXT = leaf(() => 'critical')
const BESIDE = leaf(() => 'warning')
const COSMETIC = leaf(() => 'info')
/** A number or a switch: its text can say nothing. */
const BOUND = leaf((...values) => (values.every(isMute) ? 'warning' : 'critical'))
/** More that is required confuses nobody; what no longer is, was a promise. */
const REQUIRED = leaf((before, after) => {
  const now = new Set(Array.isArray(after) ? after : [])
  return Array.isArray(before) && before.every((name) => now.has(name)) ? 'warning' : 'critical'
}, true)

function isMute(value: JsonValue | undefined): boolean {
  return value === undefined || typeof value === 'number' || typeof value === 'boolean'
}

/** Clients ask their human by what hints say (MCP, tool annotations): away from `safe` is worse. */
function hint(safe: boolean): Part {
  return leaf((_before, after) => (after === safe || after === undefined ? 'warning' : 'critical'))
}

/** An object with members that are known; all others are texts. */
function record(members: () => Readonly<Record<string, Part>>): Part {
  const known = (name: string) => {
    const parts = members()
    return Object.hasOwn(parts, name) ? parts[name] : undefined
  }
  return { ...TEXT, item: TEXT, member: (name) => known(name) ?? TEXT }
}

/** Members of one kind, under names that the author chose. */
function namedBy(each: () => Part): Part {
  return { ...TEXT, item: TEXT, named: true, member: each }
}

function listOf(each: () => Part): Part {
  return {
    ...{ ...TEXT, member: () => TEXT },
    get item() {
      return each()
    },
  }
}

/** JSON Schema 2020-12: what holds no text, and where further schemas stand. The rest is text. */
const SCHEMA: Part = record(() => SCHEMA_MEMBERS)

/** What else may be sent. To close is safe; to open lets in what nobody described. */
const OPENING: Part = {
  ...record(() => SCHEMA_MEMBERS),
  judge: (_before, after) => (after === false ? 'warning' : 'critical'),
}

const NAMED_SCHEMAS = namedBy(() => SCHEMA)
const SCHEMAS = listOf(() => SCHEMA)
const BOUNDS = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['deprecated', 'readOnly', 'writeOnly'],
]
const SUBSCHEMAS = [
  ...['items', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'],
  'contentSchema',
]
const OPENINGS = ['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems']
const SCHEMA_MEMBERS: Readonly<Record<string, Part>> = {
  ...Object.fromEntries(BOUNDS.map((name) => [name, BOUND])),
  ...Object.fromEntries(SUBSCHEMAS.map((name) => [name, SCHEMA])),
  ...Object.fromEntries(OPENINGS.map((name) => [name, OPENING])),
  ...{ allOf: SCHEMAS, anyOf: SCHEMAS, oneOf: SCHEMAS, prefixItems: SCHEMAS },
  ...{ properties: NAMED_SCHEMAS, patternProperties: NAMED_SCHEMAS },
  ...{ $defs: NAMED_SCHEMAS, definitions: NAMED_SCHEMAS, dependentSchemas: NAMED_SCHEMAS },
  required: REQUIRED,
}

const ICON = record(() => ({
  ...{ src: BESIDE, mimeType: COSMETIC, sizes: COSMETIC, theme: COSMETIC },
}))
const ICONS = listOf(() => ICON)

const ANNOTATIONS = record(() => ({
  readOnlyHint: hint(false),
  destructiveHint: hint(true),
  idempotentHint: hint(false),
  openWorldHint: hint(true),
}))

const SERVER_INFO = record(() => ({ version: COSMETIC, websiteUrl: BESIDE, icons: ICONS }))

/**
 * A tool as `tools/list` gives it, or a server as `serverDefinition` does. What is not named here
 * is text: a member that somebody invents tomorrow is critical until it is looked at.
 */
export const DEFINITION: Part = record(() => ({
  inputSchema: SCHEMA,
  outputSchema: SCHEMA,
  annotations: ANNOTATIONS,
  icons: ICONS,
  execution: record(() => ({ taskSupport: BESIDE })),
  _meta: BESIDE,
  serverInfo: SERVER_INFO,
}))
