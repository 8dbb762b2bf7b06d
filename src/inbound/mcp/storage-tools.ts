import type { Action } from '../../kernel/action.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { StorageAction } from '../../kernel/storage/storage-action.ts'
import { STORAGE_NAME_LIMIT } from '../../kernel/storage/storage-name.ts'
import { DEFAULT_LIST_LIMIT, LIST_LIMIT, MEDIA_TYPE_LIMIT, READ_STORAGE } from '../read-storage.ts'

/** Stored objects as tools. Which names an agent may use, a call of the tool shows. */
export interface StorageTool {
  readonly name: StorageAction['kind']
  readonly action: (args: JsonObject) => StorageAction
  /** What to ask whether the agent may use the tool on an object of that name. */
  readonly probe: (name: string) => Action
  readonly definition: JsonObject
}

const NAME = { type: 'string', minLength: 1, maxLength: STORAGE_NAME_LIMIT }

export const STORAGE_TOOLS: readonly StorageTool[] = [
  {
    name: 'storage.read',
    action: READ_STORAGE['storage.read'],
    probe: (name) => ({ kind: 'storage.read', name, head: false }),
    definition: definition('storage.read', {
      title: 'Read a stored object',
      description: 'Reads an object by its name; with `head` only what is known of it.',
      properties: { name: NAME, head: { type: 'boolean', default: false } },
      required: ['name'],
      annotations: { readOnlyHint: true },
    }),
  },
  {
    name: 'storage.write',
    action: READ_STORAGE['storage.write'],
    probe: (name) => ({ ...EMPTY, kind: 'storage.write', name }),
    definition: definition('storage.write', {
      title: 'Write a stored object',
      description: 'Stores content under a name and replaces what was there.',
      properties: {
        name: NAME,
        content: { type: 'string' },
        encoding: { type: 'string', enum: ['utf8', 'base64'], default: 'utf8' },
        media_type: { type: 'string', maxLength: MEDIA_TYPE_LIMIT },
      },
      required: ['name', 'content'],
      annotations: { readOnlyHint: false, idempotentHint: true },
    }),
  },
  {
    name: 'storage.delete',
    action: READ_STORAGE['storage.delete'],
    probe: (name) => ({ kind: 'storage.delete', name }),
    definition: definition('storage.delete', {
      title: 'Delete a stored object',
      description: 'Deletes an object and its access control list.',
      properties: { name: NAME },
      required: ['name'],
      annotations: { readOnlyHint: false, destructiveHint: true },
    }),
  },
  {
    name: 'storage.list',
    action: READ_STORAGE['storage.list'],
    probe: (name) => ({ kind: 'storage.list', prefix: name, limit: DEFAULT_LIST_LIMIT }),
    definition: definition('storage.list', {
      title: 'List stored objects',
      description: 'Lists the objects that you may read, by the beginning of their names.',
      properties: {
        prefix: { type: 'string', maxLength: STORAGE_NAME_LIMIT, default: '' },
        after: NAME,
        limit: { type: 'integer', minimum: 1, maximum: LIST_LIMIT, default: DEFAULT_LIST_LIMIT },
      },
      required: [],
      annotations: { readOnlyHint: true },
    }),
  },
]

const EMPTY = { content: '', encoding: 'utf8', mediaType: 'text/plain' } as const

interface Described {
  readonly title: string
  readonly description: string
  readonly properties: JsonObject
  readonly required: readonly string[]
  readonly annotations: JsonObject
}

function definition(name: string, { title, description, annotations, ...input }: Described) {
  const inputSchema = { type: 'object', ...input, additionalProperties: false }
  return { name, title, description, inputSchema, annotations }
}
