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

type Writable = Record<string, JsonValue>

/**
 * Values laid over a record; undefined when one would have to be within what is no record. No name
 * in a path is one that every object has: policies with such names do not load.
 */
export function withValues(base: JsonObject, assignment: Assignment): JsonObject | undefined {
  const attributes: Writable = { ...base }
  const own = new Set<JsonValue>([attributes])
  for (const [path, value] of assignment) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const record = recordAt(attributes, names, { own, make: value !== undefined })
    if (record === 'none') continue
    if (record === undefined) return undefined
    if (value === undefined) delete record[last]
    else record[last] = value
  }
  return attributes
}

interface Within {
  /** Records that were made here and may be written to. */
  readonly own: Set<JsonValue>
  /** Whether to make a record that is missing. */
  readonly make: boolean
}

/** The record below some names, or `none` where there is none to take something out of. */
function recordAt(
  root: Writable,
  names: readonly string[],
  { own, make }: Within,
): Writable | 'none' | undefined {
  let record = root
  for (const name of names) {
    const inner = record[name]
    if (inner === undefined && !make) return 'none'
    if (inner !== undefined && !isJsonObject(inner)) return undefined
    const next: Writable =
      inner !== undefined && own.has(inner) ? (inner as Writable) : { ...inner }
    own.add(next)
    record[name] = next
    record = next
  }
  return record
}
