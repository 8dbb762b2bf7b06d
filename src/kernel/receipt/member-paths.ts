import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

/** Members that are looked at; what lies beyond is not told. */
export const VISITED_MEMBERS_LIMIT = 10_000

/**
 * The places of all values of a payload (`args.customer.email`, `result.records.*.id`), each once
 * and in order, and none of the values. At most `limit` of them.
 */
export function memberPaths(payload: JsonObject, root: string, limit: number): readonly string[] {
  const paths = new Set<string>()
  let left = VISITED_MEMBERS_LIMIT
  const visit = (value: JsonValue, path: string): void => {
    if (paths.size >= limit || left-- <= 0) return
    if (Array.isArray(value)) {
      for (const item of value) visit(item, `${path}.*`)
    } else if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) visit(member, `${path}.${name}`)
    } else paths.add(path)
  }
  visit(payload, root)
  return [...paths]
}
