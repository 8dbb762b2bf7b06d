import type { ErrorCode } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json/value.ts'

/** A tool as its server defines it at the moment. */
export interface DefinedTool {
  readonly server: string
  readonly tool: string
  readonly definition: JsonObject
}

/** Whether a tool may be shown and called as it is defined. */
export type ToolStanding =
  | { readonly state: 'trusted' }
  | { readonly state: 'untrusted'; readonly code: ErrorCode }

/** Which definitions of tools are trusted. Asked when a tool is listed and when it is called. */
export interface ToolTrust {
  standing(tool: DefinedTool): ToolStanding
}
