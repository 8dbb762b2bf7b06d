import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'
import { DEFINITION, type Part, type Severity } from './definition-parts.ts'

/** One difference between two definitions. */
export interface DriftChange {
  /** JSON pointer (RFC 6901) into the definition: `/inputSchema/properties/id/description`. */
  readonly pointer: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Absent where it was added. */
  readonly before?: JsonValue
  /** Absent where it was removed. */
  readonly after?: JsonValue
  readonly severity: Severity
}

/**
 * Every difference between two definitions of a tool, or between what a server said of itself.
 * There is none exactly where the canonical JSON of both is the same.
 */
export function driftOf(before: JsonObject, after: JsonObject): readonly DriftChange[] {
  return compare({ before, after, pointer: '', part: DEFINITION })
}

const ORDER: readonly Severity[] = ['info', 'warning', 'critical']

/** The gravest of some; nothing of none. */
export function gravest(severities: Iterable<Severity>): Severity | undefined {
  let worst = -1
  for (const severity of severities) worst = Math.max(worst, ORDER.indexOf(severity))
  return ORDER[worst]
}

/** The gravest of some changes; nothing where nothing has changed. */
export function severityOf(changes: readonly DriftChange[]): Severity | undefined {
  return gravest(changes.map(({ severity }) => severity))
}

interface Place {
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
  readonly pointer: string
  readonly part: Part
}

function compare(place: Place): readonly DriftChange[] {
  const { before, after, part } = place
  if (before !== undefined && after !== undefined && !part.whole) {
    if (isJsonObject(before) && isJsonObject(after)) return inMembers(place, before, after)
    if (isArray(before) && isArray(after)) return inItems(place, before, after)
  }
  return isSame(before, after) ? [] : [changed(place)]
}

function inMembers(place: Place, before: JsonObject, after: JsonObject): readonly DriftChange[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names].flatMap((name) =>
    compare({
      ...{ before: own(before, name), after: own(after, name), part: place.part.member(name) },
      pointer: `${place.pointer}/${escaped(name)}`,
    }).map((change) => named(change, place, name)),
  )
}

/** A member that comes or goes takes its name along, which a model reads. */
function named(change: DriftChange, { pointer, part }: Place, name: string): DriftChange {
  const isItself = change.kind !== 'changed' && change.pointer === `${pointer}/${escaped(name)}`
  return part.named && isItself ? { ...change, severity: 'critical' } : change
}

/** Items that are the same at both ends stay; those between are compared in their order. */
function inItems(
  { pointer, part }: Place,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): readonly DriftChange[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && isSame(before[start], after[start])) start++
  let end = 0
  while (end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++
  const changes: DriftChange[] = []
  for (let at = start; at < Math.max(before.length, after.length) - end; at++) {
    const was = at < before.length - end ? before[at] : undefined
    const is = at < after.length - end ? after[at] : undefined
    changes.push(
      ...compare({ before: was, after: is, pointer: `${pointer}/${at}`, part: part.item }),
    )
  }
  return changes
}

function changed({ before, after, pointer, part }: Place): DriftChange {
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  return {
    ...{ pointer, kind, severity: weigh(part, before, after) },
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }
}

/** What comes or goes as a whole weighs as much as the gravest thing in it. */
function weigh(part: Part, before: JsonValue | undefined, after: JsonValue | undefined): Severity {
  const value = before ?? after
  if (part.whole || (before !== undefined && after !== undefined)) return part.judge(before, after)
  const each = (inner: Part, member: JsonValue | undefined) =>
    before === undefined ? weigh(inner, undefined, member) : weigh(inner, member, undefined)
  if (isArray(value)) {
    return gravest(value.map((item) => each(part.item, item))) ?? 'warning'
  }
  if (value === undefined || value === null || !isJsonObject(value)) {
    return part.judge(before, after)
  }
  const members = Object.entries(value)
  if (part.named && members.length > 0) return 'critical'
  return gravest(members.map(([name, member]) => each(part.member(name), member))) ?? 'warning'
}

/** As canonical JSON has it: the order of members is nothing, that of items is. */
function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a === null || b === null) return false
  if (isArray(a) && isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  )
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** RFC 6901 section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
