import type { Action } from '../kernel/action.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import type { PolicyRequest } from '../kernel/policy/policy-request.ts'
import type { AnswerRoom } from './answer-ports.ts'
import type { Caller } from './mcp-ports.ts'

/** Carries out decided actions. The result has the shape of an MCP `CallToolResult`. */
export interface Connector {
  execute(action: Action, identity: Identity, around?: Around): Promise<JsonObject>
  /** Who would carry it out, as far as that is known; absent where there is no server behind. */
  target?(action: Action, caller?: Caller): Target | undefined
}

/** What a connector may know of an action beside it. */
export interface Around {
  /** What the decision was made on: a target that has changed since is another one. */
  readonly asked?: PolicyRequest | undefined
  /** Who waits, where a target may speak to them meanwhile. */
  readonly caller?: Caller | undefined
  /** Who was to carry it out when it was checked: nobody else does. */
  readonly target?: Target | undefined
  /** Where the answer is counted while it is in memory. */
  readonly room?: AnswerRoom | undefined
}

/** Who carries out an action. */
export interface Target {
  readonly server: string
  /** Digest of what the server says of the tool: its `definitionDigest`. */
  readonly schema?: string | undefined
  /** What the server says of the tool, as it was last told. */
  readonly definition?: JsonObject | undefined
  /** The server itself, which another of the same name is not. */
  readonly instance?: object | undefined
}
