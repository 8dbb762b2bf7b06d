import type { JsonObject } from '../../json/value.ts'

/** What of a request is known, and what is not. */
export interface Known {
  readonly attributes: JsonObject
  /** Canonical paths that are not known, with everything below them: `["data"]`. */
  readonly unknown: readonly (readonly string[])[]
}

/** What is left of a clause, or what it would look at, is beyond the bounds. */
export class BeyondBounds extends Error {}

/** `input` is another name of `args`: what is said of one of them is true of both. */
export function canonicalPath([root = '', ...names]: readonly string[]): readonly string[] {
  return [root === 'input' ? 'args' : root, ...names]
}

export function isUnknown(path: readonly string[], { unknown }: Known): boolean {
  return unknown.some((prefix) => startsWith(canonicalPath(path), prefix))
}

/** Is there something below the path that is not known, while the path itself is? */
export function isPartlyUnknown(path: readonly string[], { unknown }: Known): boolean {
  return unknown.some(
    (prefix) => prefix.length > path.length && startsWith(prefix, canonicalPath(path)),
  )
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((name, index) => path[index] === name)
}
