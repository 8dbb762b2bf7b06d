import type { JsonObject } from '../kernel/json/value.ts'
import type { Sanitising } from '../kernel/sanitise/sanitise-text.ts'
import type { DefinedTool } from './tool-ports.ts'

/** What is done about what is hidden, active or reads like an order in what a server says. */
export type SanitisingMode = Sanitising | 'off'

/** Checks what goes to a tool and comes from it by the schemas that its server declares. */
export interface ToolSchemas {
  /** @throws PortcullisError `ARGUMENTS_INVALID` (a `SchemaMismatch`), `SCHEMA_UNUSABLE`. */
  checkArguments(tool: DefinedTool, args: JsonObject): void
  /** @throws PortcullisError `RESULT_INVALID` (a `SchemaMismatch`), `SCHEMA_UNUSABLE`. */
  checkResult(tool: DefinedTool, result: JsonObject): void
}
