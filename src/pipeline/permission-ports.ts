import type { ErrorCode } from '../kernel/errors.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { RpcError } from '../kernel/mcp/peer-error.ts'
import type { SchemaProblem } from '../kernel/schema/schema-problem.ts'

/** Nothing was done. `receipt` is absent where there is none: see `Outcome`. */
export interface Refused {
  readonly kind: 'refused'
  readonly code: ErrorCode
  readonly receipt?: string
  /** Where the arguments are not what is expected, for whoever sent them. */
  readonly problems?: readonly SchemaProblem[]
}

/** It was begun and came to no result. */
export interface Failed {
  readonly kind: 'failed'
  readonly code: ErrorCode
  readonly receipt: string
  /** What an MCP server, or a client that was asked, answered in place of a result. */
  readonly answered?: RpcError
}

/**
 * Whether something may be looked at. What is permitted under conditions alone goes the whole path,
 * as if it changed something.
 */
export type Permission =
  | { readonly kind: 'permitted'; readonly identity: Identity }
  | { readonly kind: 'conditional' }
  | Refused
