import type { Action, MemoryRead, MemoryWrite } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'

/** Records that one read returns when the agent does not say how many, and at most. */
export const DEFAULT_READ_LIMIT = 100
export const READ_LIMIT = 1000
/** Characters of a namespace and of a key. */
export const MEMORY_NAME_LIMIT = 256

/** The record store as tools: what an agent sees, and the action that a call of it is. */
export interface MemoryTool {
  readonly name: 'memory.read' | 'memory.write'
  readonly action: (args: JsonObject) => MemoryRead | MemoryWrite
  /** What to ask whether the agent may use the tool in a namespace. */
  readonly probe: (namespace: string) => Action
  /** The definition for an agent that may use these namespaces. */
  readonly definition: (namespaces: readonly string[]) => JsonObject
}

const KEY = { type: 'string', minLength: 1, maxLength: MEMORY_NAME_LIMIT }

export const MEMORY_TOOLS: readonly MemoryTool[] = [
  {
    name: 'memory.read',
    action: memoryRead,
    probe: (namespace) => ({ kind: 'memory.read', namespace, limit: DEFAULT_READ_LIMIT }),
    definition: (namespaces) => ({
      name: 'memory.read',
      title: 'Read records',
      description: 'Reads one record of a namespace by its key, or the first ones in key order.',
      inputSchema: {
        type: 'object',
        properties: {
          namespace: { type: 'string', enum: namespaces },
          key: KEY,
          limit: { type: 'integer', minimum: 1, maximum: READ_LIMIT, default: DEFAULT_READ_LIMIT },
        },
        required: ['namespace'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true },
    }),
  },
  {
    name: 'memory.write',
    action: memoryWrite,
    probe: (namespace) => ({ kind: 'memory.write', namespace, key: '', value: null }),
    definition: (namespaces) => ({
      name: 'memory.write',
      title: 'Write a record',
      description: 'Stores a value under a key of a namespace and replaces what was there.',
      inputSchema: {
        type: 'object',
        properties: { namespace: { type: 'string', enum: namespaces }, key: KEY, value: {} },
        required: ['namespace', 'key', 'value'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: false, idempotentHint: true },
    }),
  },
]

function memoryRead({ namespace, key, limit = DEFAULT_READ_LIMIT }: JsonObject): MemoryRead {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > READ_LIMIT) {
    throw invalid(`\`limit\` is an integer from 1 to ${READ_LIMIT}`)
  }
  const read = { kind: 'memory.read', namespace: nameOf('namespace', namespace), limit } as const
  return key === undefined ? read : { ...read, key: nameOf('key', key) }
}

function memoryWrite({ namespace, key, value }: JsonObject): MemoryWrite {
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
