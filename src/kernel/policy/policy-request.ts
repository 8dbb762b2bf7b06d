import type { Resource } from '../action.ts'
import type { JsonObject } from '../json/value.ts'

/**
 * All that a policy may read. Built once per request, already normalised: policies compare strings,
 * and the attack is in the spelling.
 */
export interface PolicyRequest {
  /** `slack.post_message`, `memory.read`. */
  readonly operation: string
  readonly resource: Resource
  /** Attributes by root: `principal`, `args`, `session`, `context` … */
  readonly attributes: JsonObject
  /** Names of the approvals that were given for this very action. */
  readonly approved?: readonly string[]
}

/** What it is about, which alone says which rules are asked. */
export type AskedAbout = Pick<PolicyRequest, 'operation' | 'resource'>
