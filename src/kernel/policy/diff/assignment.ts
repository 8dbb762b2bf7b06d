import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import type { PathNode } from '../language/syntax.ts'

/** Values by path (`user.clearance`); undefined where the attribute must be missing. */
export type Assignment = ReadonlyMap<string, JsonValue | undefined>

/** Roots that hold the same as another. */
export const SAME_ROOTS: readonly (readonly [alias: string, root: string])[] = [
  ['agent', 'principal'],
  ['input', 'args'],
  ['data', 'resource'],
]

/** The path under the one name that assignments know it by. */
export function pathText({ root, names }: Pick<PathNode, 'root' | 'names'>): string {
  const [, first = root.text] = SAME_ROOTS.find(([alias]) => alias === root.text) ?? []
  return [first, ...names.map((name) => name.text)].join('.')
}

/** Both together; undefined when they want different values. */
export function merged(a: Assignment, b: Assignment): Assignment | undefined {
  const both = new Map(a)
  for (const [path, value] of b) {
    if (both.has(path) && !same(both.get(path), value)) return undefined
    both.set(path, value)
  }
  return both
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Values laid over a record; undefined when one would have to be within what is no record. */
export function withValues(base: JsonObject, assignment: Assignment): JsonObject | undefined {
  let attributes: JsonObject | undefined = base
  for (const [path, value] of assignment)
    attributes = attributes && withValue(attributes, path.split('.'), value)
  return attributes
}

function withValue(
  record: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: JsonValue | undefined,
): JsonObject | undefined {
  const members = new Map(Object.entries(record))
  if (rest.length === 0) {
    if (value === undefined) members.delete(name)
    else members.set(name, value)
    return Object.fromEntries(members)
  }
  const inner = members.get(name) ?? (value === undefined ? undefined : {})
  if (inner === undefined) return record
  const changed = isJsonObject(inner) ? withValue(inner, rest, value) : undefined
  return changed && Object.fromEntries(members.set(name, changed))
}
