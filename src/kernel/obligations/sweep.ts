import { PortcullisError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import type { Redaction } from '../receipt/receipt.ts'
import { embeddedJson, packedLike } from './embedded-json.ts'
import { parseFieldPath } from './field-path.ts'

/** JSON written inside strings is opened this many times; what lies deeper is treated as text. */
export const EMBEDDED_JSON_DEPTH = 3

/** A payload with some values replaced, and where. */
export interface Redacted {
  readonly value: JsonObject
  readonly redactions: readonly Redaction[]
}

/** A payload that an obligation does not concern. */
export function untouched(value: JsonObject): Redacted {
  return { value, redactions: [] }
}

/** What to look for in a payload, and what to put in its place. */
export interface Sweep {
  /** Paths (`args.customer.ssn`, `result.records.*.email`) of the values that go to `field`. */
  readonly fields: readonly string[]
  /** What stands for the value of a field. */
  readonly field: (value: JsonValue) => { readonly value: JsonValue; readonly why: string }
  /** What stands for any other string, number or name; why, for each kind of thing taken out. */
  readonly text: (text: string) => { readonly text: string; readonly why: readonly string[] }
}

/** Sweeps the arguments of an action. Strings that hold JSON are opened. */
export function sweepArgs(args: JsonObject, sweep: Sweep): Redacted {
  const run: Run = { ...sweep, found: [] }
  const place = { pending: pathsOf(sweep, 'args'), path: 'args', depth: 0 }
  return { value: sweepObject(args, place, run), redactions: run.found }
}

/**
 * Sweeps an MCP tool result. A field path starts at the tool's data: `structuredContent`, and any
 * text that is JSON. Content that is not text can't be searched and is withheld.
 */
export function sweepResult(result: JsonObject, sweep: Sweep): Redacted {
  const run: Run = { ...sweep, found: [] }
  const fields = pathsOf(sweep, 'result')
  const value = mapMembers(result, (name, member) => {
    const at = { pending: [], path: `result.${name}`, depth: 0 }
    if (name === 'structuredContent') return sweepValue(member, { ...at, pending: fields }, run)
    if (name !== 'content' || !Array.isArray(member)) return sweepValue(member, at, run)
    return member.map((block, index) =>
      sweepBlock(block, { pending: fields, path: `${at.path}.${index}`, depth: 0 }, run),
    )
  })
  return { value, redactions: run.found }
}

/** Is any of these fields a place in this payload? Without one, nothing has to be looked for. */
export function haveRoot(fields: readonly string[], root: 'args' | 'result'): boolean {
  return fields.some((field) => parseFieldPath(field).root === root)
}

/** Segments still to match below a value. An empty list means: this very value. */
type Pending = readonly (readonly string[])[]

interface Run extends Sweep {
  readonly found: Redaction[]
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

function pathsOf({ fields }: Sweep, root: 'args' | 'result'): Pending {
  return fields
    .map(parseFieldPath)
    .filter((path) => path.root === root)
    .map((path) => path.segments)
}

/** One block of MCP content. Text is data; binary content is withheld whole. */
function sweepBlock(block: JsonValue, place: Place, run: Run): JsonValue {
  if (!isJsonObject(block)) return sweepValue(block, place, run)
  const resource = isJsonObject(block.resource) ? block.resource : undefined
  if (block.data !== undefined || resource?.blob !== undefined) {
    run.found.push({ path: place.path, why: 'binary' })
    return { type: 'text', text: marker('binary') }
  }
  return sweepCarrier(block, place, run)
}

/** An object whose `text` is the tool's data, as a text block and an embedded resource are. */
function sweepCarrier(carrier: JsonObject, place: Place, run: Run): JsonObject {
  return mapMembers(carrier, (name, member) => {
    const within = { ...place, path: `${place.path}.${name}` }
    if (name === 'text') return sweepValue(member, within, run)
    if (name === 'resource' && isJsonObject(member)) return sweepCarrier(member, within, run)
    return sweepValue(member, { ...within, pending: [] }, run)
  })
}

function sweepValue(value: JsonValue, place: Place, run: Run): JsonValue {
  if (place.pending.some((segments) => segments.length === 0)) {
    const { value: changed, why } = run.field(value)
    run.found.push({ path: place.path, why })
    return changed
  }
  if (typeof value === 'string') return sweepText(value, place, run)
  if (typeof value === 'number') return sweepNumber(value, place, run)
  if (Array.isArray(value))
    return value.map((item, index) => sweepValue(item, below(place, String(index)), run))
  return isJsonObject(value) ? sweepObject(value, place, run) : value
}

function sweepObject(object: JsonObject, place: Place, run: Run): JsonObject {
  const swept = new Map<string, JsonValue>()
  for (const [name, member] of Object.entries(object)) {
    // A member's name may carry a value too (`{"ada@example.org": …}`).
    const safeName = unused(changeText(name, `${place.path}.*`, run), swept)
    const within = { ...below(place, name), path: `${place.path}.${safeName}` }
    swept.set(safeName, sweepValue(member, within, run))
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
function sweepText(text: string, place: Place, run: Run): string {
  const embedded = embeddedJson(text)
  if (embedded !== undefined && place.depth >= EMBEDDED_JSON_DEPTH && place.pending.length > 0) {
    throw new PortcullisError('OBLIGATION_FAILED', 'a field may be packed too deep to be found')
  }
  if (embedded === undefined || place.depth >= EMBEDDED_JSON_DEPTH)
    return changeText(text, place.path, run)
  const swept = sweepValue(embedded, { ...place, depth: place.depth + 1 }, run)
  return packedLike(text, swept)
}

function sweepNumber(value: number, place: Place, run: Run): JsonValue {
  const text = String(value)
  const swept = changeText(text, place.path, run)
  return swept === text ? value : swept
}

function below(place: Place, name: string): Place {
  const pending = place.pending
    .filter(([head]) => head === '*' || head === name)
    .map(([, ...rest]) => rest)
  return { pending, path: `${place.path}.${name}`, depth: place.depth }
}

function changeText(text: string, path: string, run: Run): string {
  const changed = run.text(text)
  for (const why of changed.why) run.found.push({ path, why })
  return changed.text
}

/** What stands for a value that was taken out. */
export function marker(why: string): string {
  return `[redacted:${why}]`
}
