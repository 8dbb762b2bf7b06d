import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

/**
 * What a definition says that the one before it did not: its members with their added texts alone,
 * at the places where they stand, and the name of the tool. Who reviews a change reads this: among
 * texts that were approved once, an order that was slipped in is easily missed. Of a text that goes
 * on as before, only the sentences that are new are left.
 */
export function addedPart(before: JsonObject, after: JsonObject): JsonObject {
  const { name } = after
  const added = addedMembers(before, after) ?? {}
  return name === undefined ? added : { name, ...added }
}

function addedTo(before: JsonValue | undefined, after: JsonValue): JsonValue | undefined {
  if (typeof after === 'string') return addedText(typeof before === 'string' ? before : '', after)
  if (Array.isArray(after)) return addedItems(Array.isArray(before) ? before : [], after)
  if (isJsonObject(after)) return addedMembers(isJsonObject(before) ? before : {}, after)
  return before === after ? undefined : after
}

function addedMembers(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const added = Object.entries(after).flatMap(([name, member]) => {
    const was = Object.hasOwn(before, name) ? before[name] : undefined
    const part = addedTo(was, member)
    // A name that is new is text, too, even where nothing but the name is.
    if (part !== undefined) return [[name, part] as const]
    return Object.hasOwn(before, name) ? [] : [[name, member] as const]
  })
  return added.length === 0 ? undefined : Object.fromEntries(added)
}

function addedItems(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): JsonValue | undefined {
  const had = new Set(before.map((item) => JSON.stringify(item)))
  const added = after.filter((item) => !had.has(JSON.stringify(item)))
  return added.length === 0 ? undefined : added
}

/** Between sentences and lines; not within `~/.ssh`. */
const BETWEEN = /(?<=[.!?])\s+|\n+/u

function addedText(before: string, after: string): string | undefined {
  if (before === after) return undefined
  const had = new Set(sentences(before))
  const added = sentences(after).filter((sentence) => !had.has(sentence))
  // Known sentences in another order are as new as any other text.
  return added.length === 0 ? after : added.join(' ')
}

function sentences(text: string): readonly string[] {
  return text.split(BETWEEN).filter((each) => each.trim() !== '')
}
