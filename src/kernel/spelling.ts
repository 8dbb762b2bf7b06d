import type { JsonObject, JsonValue } from './json/value.ts'
import { isJsonObject } from './json/value.ts'

/**
 * One spelling for one thing, as policies are to read it: Unicode in normal form C, and paths
 * without dot segments (RFC 3986 section 5.2.4). The agent chooses the spelling: compared as
 * written, `/srv/public/../secret` passes a rule about `/srv/public/`.
 */
export function canonicalSpelling(text: string): string {
  const composed = text.normalize('NFC')
  return DOT_SEGMENT.test(composed) ? withoutDotSegments(composed) : composed
}

/** The same for every string within a value; member names keep theirs. */
export function canonicalSpellings(object: JsonObject): JsonObject {
  return respell(object) as JsonObject
}

/** `.` or `..` as a whole segment, with either slash, plain or percent-encoded. */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/\\?#]|%2f|%5c)/iu
const SEPARATOR = /[/\\]|%2f|%5c/iu

function withoutDotSegments(text: string): string {
  const kept: string[] = []
  for (const segment of text.split(SEPARATOR)) {
    const name = segment.replaceAll(/%2e/giu, '.')
    if (name === '.') continue
    const parent = kept.at(-1)
    if (name !== '..' || parent === undefined || parent === '..') kept.push(segment)
    else if (parent !== '' || kept.length > 1) kept.pop()
  }
  return kept.join('/')
}

function respell(value: JsonValue): JsonValue {
  if (typeof value === 'string') return canonicalSpelling(value)
  if (Array.isArray(value)) return value.map(respell)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, respell(member)]))
}
