import type { JsonObject } from '../kernel/json/value.ts'

/** MCP 2025-11-25, server/tools: structured content, and the same as text for older clients. */
export function toolResult(structuredContent: JsonObject): JsonObject {
  const text = JSON.stringify(structuredContent)
  return { content: [{ type: 'text', text }], structuredContent }
}
