import type { Action, MemoryRead, MemoryWrite } from '../../kernel/action.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import {
  DEFAULT_READ_LIMIT,
  MEMORY_NAME_LIMIT,
  memoryRead,
  memoryWrite,
  READ_LIMIT,
} from '../read-memory.ts'

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
