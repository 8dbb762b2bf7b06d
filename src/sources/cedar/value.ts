import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import type { CedarValue } from './engine.ts'

/** Members by which Cedar's JSON names entities and calls: an argument so named would be one. */
const ESCAPES: ReadonlySet<string> = new Set(['__entity', '__extn', '__expr'])

/** The type of what Cedar has no value for, so that it is there and equals itself alone. */
const OPAQUE = 'Json'

/** A request that cannot be put to Cedar: no policy of it may be taken as not satisfied. */
export class Unaskable extends Error {}

/**
 * A JSON value as Cedar has it. Null is nothing, as in our language. A number that is no integer
 * becomes a `decimal` where it is one exactly, and else, like a null in a list, an entity of type
 * `Json` that only equals its own like: comparing it otherwise is a type error.
 * @throws Unaskable for a record with a member that Cedar would take for an entity or a call.
 */
export function cedarValue(value: JsonValue): CedarValue | undefined {
  if (value === null) return undefined
  if (typeof value === 'number') return cedarNumber(value)
  if (isJsonObject(value)) return cedarRecord(value)
  if (typeof value === 'object')
    return value.map((element) => cedarValue(element) ?? opaque('null'))
  return value
}

export function cedarRecord(record: JsonObject): { readonly [name: string]: CedarValue } {
  const members: [string, CedarValue][] = []
  for (const [name, member] of Object.entries(record)) {
    if (ESCAPES.has(name))
      throw new Unaskable(`a member \`${name}\` would be read as more than a value`)
    const value = cedarValue(member)
    if (value !== undefined) members.push([name, value])
  }
  return Object.fromEntries(members)
}

function cedarNumber(value: number): CedarValue {
  // Minus zero is no integer to Cedar's reader.
  if (Number.isSafeInteger(value)) return value + 0
  const text = String(value)
  // Four digits after the point, and 64 bits in all: https://docs.cedarpolicy.com (decimal).
  if (/^-?\d{1,14}\.\d{1,4}$/u.test(text)) return { __extn: { fn: 'decimal', arg: text } }
  return opaque(text)
}

function opaque(text: string): CedarValue {
  return { __entity: { type: OPAQUE, id: text } }
}
