import { isJsonObject, type JsonObject } from '../kernel/json/value.ts'
import type { ToolSchema } from '../kernel/policy/declare-operations.ts'

interface OfferedTool {
  readonly server: string
  readonly tool: string
  readonly definition: JsonObject
}

/** Tools as policies name them, with what is said of their arguments. */
export function toolSchemas(tools: readonly OfferedTool[]): readonly ToolSchema[] {
  return tools.map(({ server, tool, definition: { inputSchema } }) => ({
    operation: `${server}.${tool}`,
    inputSchema: isJsonObject(inputSchema) ? inputSchema : {},
  }))
}
