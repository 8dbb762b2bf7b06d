import type { JsonObject, JsonValue } from '../json/value.ts'
import { isJsonObject } from '../json/value.ts'
import type { PolicyRequest } from './policy-request.ts'

/** What policies read of a request that was decided, kept so that it can be decided again. */
export interface RecordedRequest {
  /** Id of the receipt of the decision. */
  readonly receipt: string
  /** When it was decided, in milliseconds since the epoch. */
  readonly at: number
  readonly request: PolicyRequest
}

/** One whose subject was erased since: there is a row of it, and no key that opens it. */
export interface ErasedRequest {
  readonly receipt: string
  readonly at: number
  readonly erased: true
}

/** A request as text. What is one value under two roots is written once. */
export function policyRequestText(request: PolicyRequest): string {
  const { operation, resource, attributes, approved } = request
  const firstOf = new Map<JsonValue, string>()
  const own: [string, JsonValue][] = []
  const same: [string, string][] = []
  for (const [root, value] of Object.entries(attributes)) {
    const first = firstOf.get(value)
    if (first === undefined) own.push([root, value])
    else same.push([root, first])
    firstOf.set(value, first ?? root)
  }
  const written = { operation, resource, attributes: Object.fromEntries(own), approved }
  return JSON.stringify(
    same.length === 0 ? written : { ...written, same: Object.fromEntries(same) },
  )
}

/** Undefined for what is no request; members that are not known are left out. */
export function parsePolicyRequest(text: string): PolicyRequest | undefined {
  const value = JSON.parse(text) as JsonValue
  if (!isJsonObject(value)) return undefined
  const { operation, resource, attributes, approved, same } = value
  if (typeof operation !== 'string' || !isJsonObject(resource) || !isJsonObject(attributes)) {
    return undefined
  }
  const { type, id } = resource
  if (typeof id !== 'string' || !isResourceType(type)) return undefined
  const names = Array.isArray(approved) ? approved.filter((name) => typeof name === 'string') : []
  return {
    operation,
    resource: { type, id },
    attributes: { ...attributes, ...again(attributes, same) },
    ...(names.length === 0 ? {} : { approved: names }),
  }
}

function again(attributes: JsonObject, same: JsonValue | undefined): JsonObject {
  const roots = isJsonObject(same) ? Object.entries(same) : []
  const values = roots.map(([root, first]) => [root, attributes[String(first)] ?? null] as const)
  return Object.fromEntries(values)
}

function isResourceType(type: unknown): type is PolicyRequest['resource']['type'] {
  return type === 'tool' || type === 'memory' || type === 'storage' || type === 'acl'
}
