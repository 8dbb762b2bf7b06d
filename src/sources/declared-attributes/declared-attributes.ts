import type { Resource } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { PatternMap } from '../../kernel/policy/evaluate/pattern-map.ts'
import { patternOf } from '../../kernel/policy/language/pattern.ts'
import type { AttributeSource } from '../../pipeline/ports.ts'

export interface DeclaredAttributes {
  /** By name, or by the beginning of names with a star last. */
  readonly operations: Readonly<Record<string, JsonObject>>
  readonly resources: Readonly<Record<string, JsonObject>>
  readonly system: JsonObject
  /** The space that a resource belongs to: no attribute can say otherwise. */
  readonly spaces?: (resource: Resource) => string | undefined
}

/**
 * What the configuration says about operations and resources. Where several names speak of one
 * thing the longer one is the nearer one, and its attributes stand above the others'.
 */
export function declaredAttributes(declared: DeclaredAttributes): AttributeSource {
  const operations = byPattern(declared.operations)
  const resources = byPattern(declared.resources)
  const { system, spaces } = declared
  return {
    about(name, about) {
      const operation = merged(operations, name)
      const resource = merged(resources, about.id)
      const space = spaces?.(about)
      return {
        operation,
        resource: space === undefined ? resource : { ...resource, space },
        system,
      }
    },
  }
}

interface Declared {
  readonly length: number
  readonly attributes: JsonObject
}

function byPattern(records: Readonly<Record<string, JsonObject>>): PatternMap<Declared> {
  const map = new PatternMap<Declared>()
  for (const [name, attributes] of Object.entries(records)) {
    const pattern = patternOf(name)
    if (pattern === undefined)
      throw new PortcullisError(
        'CONFIG_INVALID',
        `in \`${name}\` a star stands elsewhere than last`,
      )
    // A whole name is nearer than the same name as a beginning.
    const length = pattern.kind === 'exact' ? Number.POSITIVE_INFINITY : name.length
    map.at(pattern, () => ({ length, attributes }))
  }
  return map
}

const NOTHING: JsonObject = {}

function merged(map: PatternMap<Declared>, name: string): JsonObject {
  const [first, ...more] = map.matching(name)
  if (first === undefined) return NOTHING
  if (more.length === 0) return first.attributes
  const sorted = [first, ...more].toSorted((a, b) => a.length - b.length)
  return Object.assign({}, ...sorted.map(({ attributes }) => attributes))
}
