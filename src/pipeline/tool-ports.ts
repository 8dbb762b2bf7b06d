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
  /** What a list is about to show, learnt in one go: `standing` then only looks it up. */
  seen?(tools: readonly DefinedTool[]): void
  standing(tool: DefinedTool): ToolStanding
  /** What a tool is refused with by its name alone, whatever it says or leaves unsaid. */
  barred?(tool: Omit<DefinedTool, 'definition'>): ErrorCode | undefined
}
