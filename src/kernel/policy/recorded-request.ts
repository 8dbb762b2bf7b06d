import type { JsonValue } from '../json/value.ts'
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

/** A request as text. `parsePolicyRequest` reads it. */
export function policyRequestText(request: PolicyRequest): string {
  const { operation, resource, attributes, approved } = request
  return JSON.stringify({ operation, resource, attributes, approved })
}

/** Undefined for what is no request; members that are not known are left out. */
export function parsePolicyRequest(text: string): PolicyRequest | undefined {
  const value = JSON.parse(text) as JsonValue
  if (!isJsonObject(value)) return undefined
  const { operation, resource, attributes, approved } = value
  if (typeof operation !== 'string' || !isJsonObject(resource) || !isJsonObject(attributes)) {
    return undefined
  }
  const { type, id } = resource
  if (typeof id !== 'string' || !isResourceType(type)) return undefined
  const names = Array.isArray(approved) ? approved.filter((name) => typeof name === 'string') : []
  return {
    operation,
    resource: { type, id },
    attributes,
    ...(names.length === 0 ? {} : { approved: names }),
  }
}

function isResourceType(type: unknown): type is PolicyRequest['resource']['type'] {
  return type === 'tool' || type === 'memory'
}
