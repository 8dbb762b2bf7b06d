import { unreachable } from '../errors.ts'
import type { JsonObject } from '../json/value.ts'

/** What may be asked of stored objects. Names are as `storageName` lets them through. */
export type StorageAction = StorageRead | StorageWrite | StorageDelete | StorageList

/** The object, or with `head` only what is known of it. */
export interface StorageRead {
  readonly kind: 'storage.read'
  readonly name: string
  readonly head: boolean
}

/**
 * Content that is valid UTF-8 travels as text, so that what is taken out of texts is taken out of
 * it; any other bytes as base64. `request` is the caller's own name for this one write.
 */
export interface StorageWrite {
  readonly kind: 'storage.write'
  readonly name: string
  readonly content: string
  readonly encoding: 'utf8' | 'base64'
  readonly mediaType: string
  readonly request?: string
}

export interface StorageDelete {
  readonly kind: 'storage.delete'
  readonly name: string
  readonly request?: string
}

/** The first `limit` names that begin with `prefix` and come after `after`. */
export interface StorageList {
  readonly kind: 'storage.list'
  readonly prefix: string
  readonly after?: string
  readonly limit: number
}

/** What a list of all names is of. */
const ALL_NAMES = '/'

export function storageResource(action: StorageAction): string {
  if (action.kind !== 'storage.list') return action.name
  return action.prefix === '' ? ALL_NAMES : action.prefix
}

export function storageArgs(action: StorageAction): JsonObject {
  switch (action.kind) {
    case 'storage.read':
      return { name: action.name, head: action.head }
    case 'storage.write': {
      const { name, content, encoding, mediaType } = action
      return { name, media_type: mediaType, encoding, content }
    }
    case 'storage.delete':
      return { name: action.name }
    case 'storage.list': {
      const { prefix, after, limit } = action
      return after === undefined ? { prefix, limit } : { prefix, after, limit }
    }
    default:
      return unreachable(action)
  }
}

/** The same action with other content. A content that is no text any more changes nothing. */
export function withStorageArgs(action: StorageAction, { content }: JsonObject): StorageAction {
  if (action.kind !== 'storage.write' || typeof content !== 'string') return action
  return { ...action, content }
}
