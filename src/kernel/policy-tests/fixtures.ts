import type { Resource } from '../action.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import { canonicalSpellings } from '../spelling.ts'

/** What tests speak of by name. */
export interface Fixtures {
  readonly principals: ReadonlyMap<string, JsonObject>
  readonly resources: ReadonlyMap<string, ResourceFixture>
  readonly args: ReadonlyMap<string, JsonObject>
  /** Attributes by root. */
  readonly attributes: ReadonlyMap<string, JsonObject>
}

export interface ResourceFixture {
  readonly resource: Resource
  readonly attributes: JsonObject
}

/** The parts of one request of a test. */
export interface Parts {
  readonly principal: JsonObject
  readonly operation: string
  /** Absent: a tool is its own resource. */
  readonly resource?: ResourceFixture
  readonly args: JsonObject
  /** By root, the later over the earlier, member by member. */
  readonly attributes: readonly JsonObject[]
  readonly approved: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The request as the runtime would put it, with everything that a test adds. */
export function requestOf(parts: Parts): PolicyRequest {
  const { principal, operation, approved, now } = parts
  const { resource, attributes } = parts.resource ?? {
    resource: { type: 'tool', id: operation },
    attributes: {},
  }
  const args = canonicalSpellings(parts.args)
  const about = { ...attributes, type: resource.type, id: resource.id }
  const base: JsonObject = {
    ...{ principal, agent: principal, args, input: args, resource: about, data: about },
    operation: { name: operation },
    run: { labels: [] },
    session: { id: 'test' },
    context: { door: 'mcp', time: now },
  }
  const request = { operation, resource, attributes: parts.attributes.reduce(merged, base) }
  return approved.length === 0 ? request : { ...request, approved }
}

function merged(below: JsonObject, above: JsonObject): JsonObject {
  const entries = Object.entries(above).map(([root, value]): [string, JsonValue] => {
    const under = below[root]
    return [root, isJsonObject(under) && isJsonObject(value) ? { ...under, ...value } : value]
  })
  return { ...below, ...Object.fromEntries(entries) }
}
