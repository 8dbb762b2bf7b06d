import { hash } from 'node:crypto'
import { codeOf } from '../errors.ts'
import type { JsonObject } from '../json/value.ts'
import { canonical } from './canonical.ts'

/**
 * `sha256:` and the hex digest of a definition as canonical JSON: of a tool as its server declares
 * it, of a configuration. Nothing for one that has no canonical form.
 */
export function definitionDigest(definition: JsonObject): string | undefined {
  try {
    return `sha256:${hash('sha256', canonical(definition), 'hex')}`
  } catch (error) {
    if (codeOf(error) !== 'JSON_UNSUPPORTED') throw error
    return undefined
  }
}
