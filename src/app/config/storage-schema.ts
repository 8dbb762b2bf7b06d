import { Type } from 'typebox'

/** Bytes of one object unless the configuration says otherwise, and at most. */
export const DEFAULT_OBJECT_BYTES = 4 * 1024 * 1024
export const MAX_OBJECT_BYTES = 8 * 1024 * 1024
/** Bytes of all objects together unless the configuration says otherwise, and at most. */
export const DEFAULT_STORAGE_BYTES = 1024 ** 3
export const MAX_STORAGE_BYTES = 1024 ** 4

/** Of `portcullis.toml`: how much agents may store. */
export const StorageSchema = Type.Object(
  {
    max_object_bytes: Type.Integer({
      description: 'Bytes of one stored object. Over MCP a whole request has at most 4 MiB.',
      default: DEFAULT_OBJECT_BYTES,
      minimum: 1,
      maximum: MAX_OBJECT_BYTES,
    }),
    max_total_bytes: Type.Integer({
      description: 'Bytes of all stored objects together.',
      default: DEFAULT_STORAGE_BYTES,
      minimum: 1,
      maximum: MAX_STORAGE_BYTES,
    }),
  },
  { additionalProperties: false },
)
