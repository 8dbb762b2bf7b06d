import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import type { Redaction } from '../receipt/receipt.ts'
import { parseFieldPath } from './field-path.ts'
import type { Redact } from './obligation.ts'
import { isRedactionPattern, REDACTION_PATTERNS } from './patterns.ts'

/** JSON written inside strings is opened this many times; what lies deeper is treated as text. */
export const EMBEDDED_JSON_DEPTH = 3

export interface Redacted {
  readonly value: JsonObject
  readonly redactions: readonly Redaction[]
}

/** Segments still to match below a value. An empty list means: this very value. */
type Pending = readonly (readonly string[])[]

interface Sweep {
  readonly patterns: readonly string[]
  readonly found: Redaction[]
}

/**
 * Takes the named fields and patterns out of the arguments of an action. Strings that hold JSON are
 * opened, so that a value is found however it was packed.
 */
export function redactArgs(args: JsonObject, redact: Redact): Redacted {
  const sweep: Sweep = { patterns: redact.patterns, found: [] }
  const pending = pathsOf(redact, 'args')
  return {
    value: sweepObject(args, { pending, path: 'args', depth: 0 }, sweep),
    redactions: sweep.found,
  }
}

/**
 * Takes the named fields and patterns out of an MCP tool result. A field path starts at the tool's
 * data: `structuredContent`, and any text that is JSON. Content that is not text can't be searched
 * and is withheld.
 */
export function redactResult(result: JsonObject, redact: Redact): Redacted {
  const sweep: Sweep = { patterns: redact.patterns, found: [] }
  const fields = pathsOf(redact, 'result')
  const value = mapMembers(result, (name, member) => {
    const at = { pending: [], path: `result.${name}`, depth: 0 }
    if (name === 'structuredContent') return sweepValue(member, { ...at, pending: fields }, sweep)
    if (name !== 'content' || !Array.isArray(member)) return sweepValue(member, at, sweep)
    return member.map((block, index) =>
      sweepBlock(block, { pending: fields, path: `${at.path}.${index}`, depth: 0 }, sweep),
    )
  })
  return { value, redactions: sweep.found }
}

/** Built from entries, so that a member named `__proto__` stays a member like any other. */
function mapMembers(
  object: JsonObject,
  map: (name: string, member: JsonValue) => JsonValue,
): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, it]) => [name, map(name, it)]))
}

interface Place {
  readonly pending: Pending
  readonly path: string
  /** How many strings holding JSON have been opened on the way here. */
  readonly depth: number
}

function pathsOf(redact: Redact, root: 'args' | 'result'): Pending {
  return redact.fields
    .map(parseFieldPath)
    .filter((path) => path.root === root)
    .map((path) => path.segments)
}

/** One block of MCP content. Text is data; binary content is withheld whole. */
function sweepBlock(block: JsonValue, place: Place, sweep: Sweep): JsonValue {
  if (!isJsonObject(block)) return sweepValue(block, place, sweep)
  const resource = isJsonObject(block.resource) ? block.resource : undefined
  if (block.data !== undefined || resource?.blob !== undefined) {
    sweep.found.push({ path: place.path, why: 'binary' })
    return { type: 'text', text: marker('binary') }
  }
  return sweepCarrier(block, place, sweep)
}

/** An object whose `text` is the tool's data, as a text block and an embedded resource are. */
function sweepCarrier(carrier: JsonObject, place: Place, sweep: Sweep): JsonObject {
  return mapMembers(carrier, (name, member) => {
    const within = { ...place, path: `${place.path}.${name}` }
    if (name === 'text') return sweepValue(member, within, sweep)
    if (name === 'resource' && isJsonObject(member)) return sweepCarrier(member, within, sweep)
    return sweepValue(member, { ...within, pending: [] }, sweep)
  })
}

function sweepValue(value: JsonValue, place: Place, sweep: Sweep): JsonValue {
  if (place.pending.some((segments) => segments.length === 0)) {
    sweep.found.push({ path: place.path, why: 'field' })
    return marker('field')
  }
  if (typeof value === 'string') return sweepText(value, place, sweep)
  if (typeof value === 'number') return sweepNumber(value, place, sweep)
  if (Array.isArray(value))
    return value.map((item, index) => sweepValue(item, below(place, String(index)), sweep))
  return isJsonObject(value) ? sweepObject(value, place, sweep) : value
}

function sweepObject(object: JsonObject, place: Place, sweep: Sweep): JsonObject {
  const swept = new Map<string, JsonValue>()
  for (const [name, member] of Object.entries(object)) {
    // A member's name may carry a value too (`{"ada@example.org": …}`).
    const safeName = unused(replacePatterns(name, `${place.path}.*`, sweep), swept)
    const within = { ...below(place, name), path: `${place.path}.${safeName}` }
    swept.set(safeName, sweepValue(member, within, sweep))
  }
  return Object.fromEntries(swept)
}

/** Two names may become one by redaction; both members are kept. */
function unused(name: string, taken: ReadonlyMap<string, JsonValue>): string {
  let unique = name
  for (let n = 2; taken.has(unique); n++) unique = `${name}#${n}`
  return unique
}

/**
 * JSON inside a string is forwarded as it was parsed, never as it was written: with duplicate names
 * the written text holds values that the parsed one does not show.
 */
function sweepText(text: string, place: Place, sweep: Sweep): string {
  const embedded = place.depth < EMBEDDED_JSON_DEPTH ? embeddedJson(text) : undefined
  if (embedded === undefined) return replacePatterns(text, place.path, sweep)
  const swept = sweepValue(embedded, { ...place, depth: place.depth + 1 }, sweep)
  return JSON.stringify(swept, null, text.includes('\n') ? 2 : undefined)
}

function sweepNumber(value: number, place: Place, sweep: Sweep): JsonValue {
  const text = String(value)
  const swept = replacePatterns(text, place.path, sweep)
  return swept === text ? value : swept
}

function below(place: Place, name: string): Place {
  const pending = place.pending
    .filter(([head]) => head === '*' || head === name)
    .map(([, ...rest]) => rest)
  return { pending, path: `${place.path}.${name}`, depth: place.depth }
}

function replacePatterns(text: string, path: string, sweep: Sweep): string {
  let swept = text
  for (const name of sweep.patterns) {
    if (!isRedactionPattern(name)) continue
    const { expression, holds } = REDACTION_PATTERNS[name]
    const replaced = swept.replace(expression, (match) => (holds(match) ? marker(name) : match))
    if (replaced !== swept) sweep.found.push({ path, why: name })
    swept = replaced
  }
  return swept
}

/** The value a text stands for when it is a JSON object or array; anything else is plain text. */
function embeddedJson(text: string): JsonValue | undefined {
  const first = text.trimStart()[0]
  if (first !== '{' && first !== '[') return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function marker(why: string): string {
  return `[redacted:${why}]`
}
