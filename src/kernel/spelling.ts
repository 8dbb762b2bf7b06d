import type { JsonObject, JsonValue } from './json/value.ts'
import { isJsonObject } from './json/value.ts'

/**
 * One spelling for one thing, as policies are to read it: Unicode in normal form C, and paths
 * without dot segments (RFC 3986 section 5.2.4). The agent chooses the spelling: compared as
 * written, `/srv/public/../secret` passes a rule about `/srv/public/`.
 */
export function canonicalSpelling(text: string): string {
  if (PLAIN.test(text)) return text
  const composed = text.normalize('NFC')
  return DOT_SEGMENT.test(composed) ? withoutDotSegments(composed) : composed
}

/** The same for every string within a value; member names keep theirs. */
export function canonicalSpellings(object: JsonObject): JsonObject {
  return respell(object) as JsonObject
}

/** ASCII is in normal form, and without a dot, plain or encoded, there is no dot segment. */
const PLAIN = /^[\0-$&-\-/-\x7f]*$/u

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

/** What needs no other spelling is given back as it is. */
function respell(value: JsonValue): JsonValue {
  if (typeof value === 'string') return canonicalSpelling(value)
  if (Array.isArray(value)) {
    const spelt = value.map(respell)
    return spelt.every((element, index) => element === value[index]) ? value : spelt
  }
  return isJsonObject(value) ? respellMembers(value) : value
}

function respellMembers(record: JsonObject): JsonObject {
  const names = Object.keys(record)
  let spelt: [string, JsonValue][] | undefined
  for (const [index, name] of names.entries()) {
    const member = record[name] ?? null
    const other = respell(member)
    if (other !== member) spelt ??= names.slice(0, index).map((it) => [it, record[it] ?? null])
    spelt?.push([name, other])
  }
  return spelt === undefined ? record : Object.fromEntries(spelt)
}
