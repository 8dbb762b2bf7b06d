import type { JsonObject } from '../kernel/json/value.ts'
import type { DefinedTool } from './tool-ports.ts'

/** Checks what goes to a tool and comes from it by the schemas that its server declares. */
export interface ToolSchemas {
  /** @throws PortcullisError `ARGUMENTS_INVALID` (a `SchemaMismatch`), `SCHEMA_UNUSABLE`. */
  checkArguments(tool: DefinedTool, args: JsonObject): void
  /** @throws PortcullisError `RESULT_INVALID` (a `SchemaMismatch`), `SCHEMA_UNUSABLE`. */
  checkResult(tool: DefinedTool, result: JsonObject): void
}
