import type { JsonObject } from '../json/value.ts'
import { definitionDigest } from '../receipt/definition-digest.ts'

/**
 * What a definition is known by: `sha256:` and the hex digest of its canonical JSON (RFC 8785). All
 * of it counts: name, title, description, both schemas with every text in them, annotations, icons,
 * `_meta` and members that nobody knows. The order of members does not. Nothing for a definition
 * that has no canonical form: it can't be pinned.
 */
export function fingerprintOf(definition: JsonObject): string | undefined {
  return definitionDigest(definition)
}

/** Under this name stands what a server says of itself; no tool can have it. */
export const SERVER_ITSELF = ''

/**
 * What a server says of itself at the opening, as a definition of its own: a model reads the
 * instructions as it reads descriptions of tools. `opened` is the result of `initialize` or of
 * `server/discover`.
 */
export function serverDefinition({ serverInfo, instructions }: JsonObject): JsonObject {
  return {
    ...(serverInfo !== undefined && { serverInfo }),
    ...(instructions !== undefined && { instructions }),
  }
}
