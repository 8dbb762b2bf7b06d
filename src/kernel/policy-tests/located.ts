import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Span } from '../policy/language/source.ts'

/** A value of a test file and where it stands, whatever the file is written in. */
export type Located = LocatedScalar | LocatedList | LocatedRecord

export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly at: Span
}

export interface LocatedList {
  readonly kind: 'list'
  readonly items: readonly Located[]
  readonly at: Span
}

export interface LocatedRecord {
  readonly kind: 'record'
  readonly members: readonly Member[]
  readonly at: Span
}

export interface Member {
  readonly key: string
  readonly keyAt: Span
  readonly value: Located
}

export function jsonOf(node: Located): JsonValue {
  if (node.kind === 'scalar') return node.value
  return node.kind === 'list' ? node.items.map(jsonOf) : recordOf(node)
}

export function recordOf({ members }: LocatedRecord): JsonObject {
  return Object.fromEntries(members.map(({ key, value }) => [key, jsonOf(value)]))
}
