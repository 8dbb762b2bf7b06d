import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isJsonObject } from '../../json/value.ts'
import { actsOnResource } from '../diff/probe-requests.ts'
import { withoutSecrets } from '../explain/sensitive.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { isAttributeName, spellValue } from './spell.ts'

/** Levels of records within arguments that are looked into. */
const MAX_DEPTH = 4
/** Values of one argument that a condition lists. */
export const MAX_LISTED = 20

/** Characters of such a list; a line of a policy has an end. */
const MAX_LIST_LENGTH = 600

/** The arguments of one request: what can be compared, by path below `args`. */
export type Arguments = ReadonlyMap<string, JsonValue>

export function argumentsOf({ operation, attributes }: PolicyRequest): Arguments {
  const found = new Map<string, JsonValue>()
  if (isJsonObject(attributes.args)) collect(attributes.args, 'args', found)
  // There the namespace is the resource, which the target names.
  if (actsOnResource(operation)) found.delete('args.namespace')
  return found
}

function collect(record: JsonObject, path: string, found: Map<string, JsonValue>): void {
  for (const [name, value] of Object.entries(record)) {
    const below = `${path}.${name}`
    if (!isAttributeName(name)) continue
    if (isJsonObject(value) && below.split('.').length <= MAX_DEPTH) collect(value, below, found)
    else if (value !== null && !isJsonObject(value)) found.set(below, value)
  }
}

/** What the requests had in common, as conditions, and what is only said about them. */
export interface Conditions {
  /** `args.channel == "general"` */
  readonly holds: readonly string[]
  readonly remarks: readonly string[]
}

/** Arguments that were always the same become conditions; those that varied are named. */
export function commonConditions(requests: readonly Arguments[]): Conditions {
  const holds: string[] = []
  const remarks: string[] = []
  for (const path of pathsOf(requests)) {
    const values = requests.map((it) => it.get(path))
    const spelt = spellings(path, values)
    if (values.some((value) => value === undefined)) remarks.push(`${path} was not always there`)
    else if (spelt === 'secret') remarks.push(`${path} looks like a secret and is not shown`)
    else if (spelt === undefined) remarks.push(`${path} is not restricted`)
    else if (spelt.length === 1) holds.push(`${path} == ${spelt[0]}`)
    else remarks.push(`${path} had ${spelt.length} values and is not restricted`)
  }
  return { holds, remarks }
}

/**
 * Conditions that keep out what was denied, on arguments in which it differed from all that was
 * allowed; undefined when nothing that can be written tells them apart.
 */
export function separating(
  allowed: readonly Arguments[],
  denied: readonly Arguments[],
): readonly string[] | undefined {
  const conditions: string[] = []
  let left = denied.filter((request) => !differsInConstant(request, allowed))
  for (const path of pathsOf(allowed)) {
    if (left.length === 0) break
    const values = allowed.map((it) => it.get(path))
    const spelt = values.includes(undefined) ? undefined : spellings(path, values)
    if (spelt === undefined || spelt === 'secret' || spelt.length > MAX_LISTED) continue
    if (spelt.join(', ').length > MAX_LIST_LENGTH) continue
    const still = left.filter((it) => spelt.includes(spellValue(it.get(path) ?? null) ?? ''))
    if (still.length === left.length) continue
    conditions.push(`${path} in [${spelt.join(', ')}]`)
    left = still
  }
  return left.length === 0 ? conditions : undefined
}

/** An argument that was always the same keeps it out already. */
function differsInConstant(request: Arguments, allowed: readonly Arguments[]): boolean {
  return pathsOf(allowed).some((path) => {
    const spelt = spellings(
      path,
      allowed.map((it) => it.get(path)),
    )
    if (spelt === undefined || spelt === 'secret' || spelt.length !== 1) return false
    return spellValue(request.get(path) ?? null) !== spelt[0]
  })
}

function pathsOf(requests: readonly Arguments[]): readonly string[] {
  return [...new Set(requests.flatMap((it) => [...it.keys()]))].sort()
}

/** The different values as policies write them; nothing when one of them cannot be written. */
function spellings(
  path: string,
  values: readonly (JsonValue | undefined)[],
): readonly string[] | 'secret' | undefined {
  const spelt = new Set<string>()
  for (const value of values) {
    if (value === undefined) return undefined
    if (JSON.stringify(withoutSecrets(path, value)) !== JSON.stringify(value)) return 'secret'
    const text = spellValue(value)
    if (text === undefined) return undefined
    spelt.add(text)
  }
  return [...spelt].sort()
}
