import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import type { AttributePath } from './attribute-table.ts'
import type { Read, Scope } from './scope.ts'
import { ABSENT, OPEN } from './scope.ts'

/** The root of a request. */
export function readRoot(scope: Scope, name: string): Read {
  return scope.open === name ? OPEN : (own(scope.attributes, name) ?? ABSENT)
}

/** What stands below something that has been read. */
export function readBelow(record: Read, name: string): Read {
  if (record === OPEN) return OPEN
  return isJsonObject(record) ? (own(record, name) ?? ABSENT) : ABSENT
}

/** An attribute that is read without being numbered. */
export function lookUp(scope: Scope, { root, names }: AttributePath): Read {
  if (scope.open === root) return OPEN
  return below(own(scope.attributes, root), names) ?? ABSENT
}

/** The value at the end of the path; nothing when it breaks off, whatever the reason. */
export function below(
  start: JsonValue | undefined,
  names: readonly string[],
): JsonValue | undefined {
  let value = start
  for (const name of names) {
    if (!isJsonObject(value)) return undefined
    value = own(value, name)
  }
  return value
}

/**
 * Only what a record holds itself: on its prototype there could be names that nobody sent. A null
 * counts as missing wherever it is read.
 */
export function own(record: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
