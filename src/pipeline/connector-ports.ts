import type { Action } from '../kernel/action.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'

/** Carries out decided actions. The result has the shape of an MCP `CallToolResult`. */
export interface Connector {
  /** `asked` is what the decision was made on: a target that has changed since is another one. */
  execute(action: Action, identity: Identity, asked?: PolicyRequest): Promise<JsonObject>
  /** Who would carry it out, as far as that is known; absent where there is no server behind. */
  target?(action: Action): Target | undefined
}

/** Who carries out an action. */
export interface Target {
  readonly server: string
  /** Digest of what the server says of the tool: its `definitionDigest`. */
  readonly schema?: string | undefined
}
