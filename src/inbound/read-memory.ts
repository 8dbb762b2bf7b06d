import type { MemoryRead, MemoryWrite } from '../kernel/action.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../kernel/json/value.ts'

/** Records that one read returns when the agent does not say how many, and at most. */
export const DEFAULT_READ_LIMIT = 100
export const READ_LIMIT = 1000
/** Characters of a namespace and of a key. */
export const MEMORY_NAME_LIMIT = 256

/** @throws PortcullisError `REQUEST_INVALID`. */
export function memoryRead({ namespace, key, limit = DEFAULT_READ_LIMIT }: JsonObject): MemoryRead {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > READ_LIMIT) {
    throw invalid(`\`limit\` is an integer from 1 to ${READ_LIMIT}`)
  }
  const read = { kind: 'memory.read', namespace: nameOf('namespace', namespace), limit } as const
  return key === undefined ? read : { ...read, key: nameOf('key', key) }
}

/** @throws PortcullisError `REQUEST_INVALID`. */
export function memoryWrite({ namespace, key, value }: JsonObject): MemoryWrite {
  if (value === undefined) throw invalid('`value` is missing')
  return {
    kind: 'memory.write',
    namespace: nameOf('namespace', namespace),
    key: nameOf('key', key),
    value,
  }
}

function nameOf(member: string, value: JsonValue | undefined): string {
  if (typeof value === 'string' && value.length >= 1 && value.length <= MEMORY_NAME_LIMIT) {
    return value
  }
  throw invalid(`\`${member}\` is a string of 1 to ${MEMORY_NAME_LIMIT} characters`)
}

function invalid(message: string): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', message)
}
