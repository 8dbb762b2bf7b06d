import { hash } from 'node:crypto'
import type { JsonObject } from '../../json/value.ts'
import { canonicalForm } from './canonical-form.ts'
import { signedDefinition } from './signature-document.ts'

/**
 * What a successor names as previous: `sha256:` and the hex digest of the canonical text, as the
 * SDK for JavaScript writes it. @throws PortcullisError `JSON_UNSUPPORTED`.
 */
export function schemaHash(definition: JsonObject): string {
  const text = canonicalForm(signedDefinition(definition).schema, 'javascript')
  return `sha256:${hash('sha256', text, 'hex')}`
}

/** Whether a signature names its predecessor (specification, section 18.3). */
export type Lineage =
  | { readonly holds: true }
  | { readonly holds: false; readonly why: 'no_previous_hash' }
  | {
      readonly holds: false
      readonly why: 'mismatch'
      readonly expected: string
      readonly observed: string
    }

/**
 * Does the current signature follow the one whose schema has this hash? Both have to have held:
 * what they say of each other nobody signed.
 */
export function verifyChain(previousHash: string | undefined, expected: string): Lineage {
  if (previousHash === undefined || previousHash === '') {
    return { holds: false, why: 'no_previous_hash' }
  }
  if (previousHash === expected) return { holds: true }
  return { holds: false, why: 'mismatch', expected, observed: previousHash }
}
